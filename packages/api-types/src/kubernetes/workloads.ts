/** The kinds that make pods; read for injection and for the names of workloads. */
import * as z from 'zod'
import type { LabelSelector } from '@istio-ts/foundation'
import { kubernetesKind, opt, stringMap } from './define.ts'
import { podTemplate, type PodTemplate } from './pod-spec.ts'
import { condition, type Condition } from './pod.ts'

/** The fields of a Deployment, DaemonSet, StatefulSet, ReplicaSet or Job that we read. */
export interface PodOwnerSpec {
  readonly replicas?: number
  readonly selector?: LabelSelector
  readonly serviceName?: string
  readonly template?: PodTemplate
}

/** The fields of a CronJob that we read. */
export interface CronJobSpec {
  readonly jobTemplate?: { readonly spec?: PodOwnerSpec }
}

/** How far a pod owner has come. */
export interface PodOwnerStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly updatedReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly desiredNumberScheduled?: number
  readonly numberReady?: number
  readonly updatedNumberScheduled?: number
  readonly conditions?: readonly Condition[]
}

/** Schema of a Kubernetes label selector. */
export const labelSelector = (): z.ZodType<LabelSelector> =>
  z.looseObject({
    matchLabels: opt(stringMap()),
    matchExpressions: opt(
      z.array(
        z.looseObject({
          key: z.string(),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: opt(z.array(z.string())),
        }),
      ),
    ),
  })

const podOwnerSpec = (): z.ZodType<PodOwnerSpec> =>
  z.looseObject({
    replicas: opt(z.int()),
    selector: opt(labelSelector()),
    serviceName: opt(z.string()),
    template: opt(podTemplate()),
  })

const podOwnerStatus = (): z.ZodType<PodOwnerStatus> =>
  z.looseObject({
    observedGeneration: opt(z.int()),
    replicas: opt(z.int()),
    readyReplicas: opt(z.int()),
    updatedReplicas: opt(z.int()),
    availableReplicas: opt(z.int()),
    unavailableReplicas: opt(z.int()),
    desiredNumberScheduled: opt(z.int()),
    numberReady: opt(z.int()),
    updatedNumberScheduled: opt(z.int()),
    conditions: opt(z.array(condition())),
  })

const podOwner = (group: string, kind: string, plural: string, shortNames: readonly string[]) =>
  kubernetesKind<PodOwnerSpec, PodOwnerStatus>({ group, kind, plural, shortNames, schema: podOwnerSpec, status: podOwnerStatus })

/** The kind `apps/v1/Deployment`. */
export const Deployment = podOwner('apps', 'Deployment', 'deployments', ['deploy'])
/** The kind `apps/v1/DaemonSet`. */
export const DaemonSet = podOwner('apps', 'DaemonSet', 'daemonsets', ['ds'])
/** The kind `apps/v1/StatefulSet`. */
export const StatefulSet = podOwner('apps', 'StatefulSet', 'statefulsets', ['sts'])
/** The kind `apps/v1/ReplicaSet`. */
export const ReplicaSet = podOwner('apps', 'ReplicaSet', 'replicasets', ['rs'])
/** The kind `v1/ReplicationController`; its selector is a plain label map, so it is kept unread. */
export const ReplicationController = kubernetesKind<{ readonly template?: PodTemplate }>({
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  schema: () => z.looseObject({ template: opt(podTemplate()) }),
})
/** The kind `batch/v1/Job`. */
export const Job = podOwner('batch', 'Job', 'jobs', [])
/** The kind `batch/v1/CronJob`. */
export const CronJob = kubernetesKind<CronJobSpec>({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  schema: () => z.looseObject({ jobTemplate: opt(z.looseObject({ spec: opt(podOwnerSpec()) })) }),
})
