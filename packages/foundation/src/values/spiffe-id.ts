/** SPIFFE ids of Istio workloads: `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`. */

/** A workload identity. @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md */
export interface SpiffeId {
  readonly trustDomain: string
  readonly namespace: string
  readonly serviceAccount: string
}

/** Formats the URI form. */
export const formatSpiffeId = (id: SpiffeId): string => `spiffe://${id.trustDomain}/ns/${id.namespace}/sa/${id.serviceAccount}`

/** Parses the URI form; undefined for anything else. */
export function parseSpiffeId(uri: string): SpiffeId | undefined {
  const match = /^spiffe:\/\/([^/?#]+)\/ns\/([^/?#]+)\/sa\/([^/?#]+)$/.exec(uri)
  const [, trustDomain, namespace, serviceAccount] = match ?? []
  return trustDomain !== undefined && namespace !== undefined && serviceAccount !== undefined ? { trustDomain, namespace, serviceAccount } : undefined
}
