/** Pod: one running instance. @see https://kubernetes.io/docs/concepts/workloads/pods */
import * as z from 'zod'
import { kubernetesKind, opt } from './define.ts'
import { podSpec, type PodSpec } from './pod-spec.ts'

/** A condition of an object's status. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly observedGeneration?: number
}

/** The fields of a pod's status that we read. */
export interface PodStatus {
  readonly phase?: string
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip?: string }[]
  readonly hostIP?: string
  readonly conditions?: readonly Condition[]
  readonly containerStatuses?: readonly { readonly name: string; readonly ready?: boolean; readonly restartCount?: number }[]
}

/** Schema of a condition. */
export const condition = (): z.ZodType<Condition> =>
  z.looseObject({
    type: z.string(),
    status: z.string(),
    reason: opt(z.string()),
    message: opt(z.string()),
    lastTransitionTime: opt(z.string()),
    observedGeneration: opt(z.int()),
  })

/** The kind `v1/Pod`. */
export const Pod = kubernetesKind<PodSpec, PodStatus>({
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  schema: podSpec,
  status: () =>
    z.looseObject({
      phase: opt(z.string()),
      podIP: opt(z.string()),
      podIPs: opt(z.array(z.looseObject({ ip: opt(z.string()) }))),
      hostIP: opt(z.string()),
      conditions: opt(z.array(condition())),
      containerStatuses: opt(z.array(z.looseObject({ name: z.string(), ready: opt(z.boolean()), restartCount: opt(z.int()) }))),
    }),
})
