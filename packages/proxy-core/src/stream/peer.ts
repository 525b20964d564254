/** What is known of the workload at the other end, for metrics and logs. @see istio peer metadata */

/** Facts of a workload; absent ones are shown as `unknown`. */
export interface PeerFacts {
  readonly workload?: string
  readonly namespace?: string
  readonly canonicalService?: string
  readonly canonicalRevision?: string
  readonly app?: string
  readonly version?: string
  readonly cluster?: string
}

/** Parses the endpoint metadata `istio.workload`: `name;namespace;canonical service;canonical revision;cluster`. */
export function parseWorkloadMetadata(text: string): PeerFacts {
  const [workload, namespace, canonicalService, canonicalRevision, cluster] = text.split(';')
  return {
    ...(workload ? { workload } : {}),
    ...(namespace ? { namespace } : {}),
    // Istio fills app and version from the canonical names when all it has is the endpoint's metadata.
    ...(canonicalService ? { canonicalService, app: canonicalService } : {}),
    ...(canonicalRevision ? { canonicalRevision, version: canonicalRevision } : {}),
    ...(cluster ? { cluster } : {}),
  }
}
