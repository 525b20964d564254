/** Node and Namespace: the cluster-scoped things whose labels place and group workloads. */
import * as z from 'zod'
import { kubernetesKind, opt } from './define.ts'
import { condition, type Condition } from './pod.ts'

/** The fields of a Node's spec that we read; locality comes from its labels. */
export interface NodeSpec {
  readonly podCIDR?: string
  readonly podCIDRs?: readonly string[]
  readonly providerID?: string
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
}

/** The fields of a Node's status that we read. */
export interface NodeStatus {
  readonly addresses?: readonly { readonly type: string; readonly address: string }[]
  readonly conditions?: readonly Condition[]
}

/** The kind `v1/Node`. */
export const Node = kubernetesKind<NodeSpec, NodeStatus>({
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  schema: () =>
    z.looseObject({
      podCIDR: opt(z.string()),
      podCIDRs: opt(z.array(z.string())),
      providerID: opt(z.string()),
      taints: opt(z.array(z.looseObject({ key: z.string(), value: opt(z.string()), effect: z.string() }))),
    }),
  status: () =>
    z.looseObject({
      addresses: opt(z.array(z.looseObject({ type: z.string(), address: z.string() }))),
      conditions: opt(z.array(condition())),
    }),
})
