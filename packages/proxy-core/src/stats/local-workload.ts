/** What this proxy says of its own workload, from its node metadata. */
import { encodePeerMetadata } from './peer-metadata.ts'
import type { PeerFacts } from '../stream/peer.ts'

/** Facts for metrics and for peers. */
export interface LocalWorkload {
  readonly nodeId: string
  readonly facts: PeerFacts
  /** Value of `x-envoy-peer-metadata`. */
  readonly peerMetadata: string
  /** `router` for gateways, else `sidecar`. */
  readonly role: string
}

/** Reads node id and metadata as istio-agent writes them. */
export function localWorkload(nodeId: string, metadata: Readonly<Record<string, unknown>>): LocalWorkload {
  const text = (key: string): string | undefined => (typeof metadata[key] === 'string' && metadata[key] !== '' ? metadata[key] : undefined)
  const labels: Record<string, string> = {}
  const given = metadata['LABELS']
  if (typeof given === 'object' && given !== null) for (const [key, value] of Object.entries(given)) if (typeof value === 'string') labels[key] = value
  const workload = text('WORKLOAD_NAME') ?? text('NAME')
  const namespace = text('NAMESPACE')
  const cluster = text('CLUSTER_ID')
  // Istio's order of preference for the canonical names (pkg/model/proxy.go).
  const canonicalService = labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? workload
  const canonicalRevision = labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels['version'] ?? 'latest'
  const facts: PeerFacts = {
    ...(workload === undefined ? {} : { workload }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(canonicalService === undefined ? {} : { canonicalService }),
    canonicalRevision,
    ...(labels['app'] === undefined ? {} : { app: labels['app'] }),
    ...(labels['version'] === undefined ? {} : { version: labels['version'] }),
  }
  return { nodeId, facts, peerMetadata: encodePeerMetadata(facts, text('NAME')), role: nodeId.split('~')[0] ?? 'sidecar' }
}
