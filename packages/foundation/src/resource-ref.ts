/** Names of user resources: which object, in which cluster. The cluster is part of the name from the first day. */

/** Identifies a Kubernetes cluster of the mesh; `Kubernetes` is Istio's default id and that of a local mesh. */
export type ClusterId = string

/** Istio's default cluster id (environment `CLUSTER_ID`). */
export const DEFAULT_CLUSTER: ClusterId = 'Kubernetes'

/** Names one user resource. `group` is `''` for the core API group; `namespace` is `''` for cluster-scoped kinds. */
export interface ResourceRef {
  readonly cluster: ClusterId
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** A {@link ResourceRef} as one string, `cluster/group/Kind/namespace/name`; usable as a map key. */
export type ResourceKey = string

/** Formats a reference as a key; the inverse of {@link parseResourceKey}. */
export const resourceKey = (ref: ResourceRef): ResourceKey =>
  `${ref.cluster}/${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`

/** Parses a key made by {@link resourceKey}; undefined when the text has another form. */
export function parseResourceKey(key: ResourceKey): ResourceRef | undefined {
  const [cluster, group, kind, namespace, name, ...rest] = key.split('/')
  if (cluster === undefined || group === undefined || kind === undefined || namespace === undefined || name === undefined) return undefined
  return rest.length === 0 ? { cluster, group, kind, namespace, name } : undefined
}

/** How people say it: `VirtualService default/reviews`, or `GatewayClass istio` for a cluster-scoped kind. */
export const describeResource = (ref: ResourceRef): string =>
  ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`
