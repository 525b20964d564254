/** Istio's own provenance: `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews` in `filterMetadata.istio.config`. */
import type { Provenance, ResourceRef } from '@istio-ts/foundation'
import type { Message } from '../wire/message.ts'

/** The version that istiod names per group: the newest that it serves for its kinds. */
const VERSIONS: Readonly<Record<string, string>> = {
  'networking.istio.io': 'v1', 'security.istio.io': 'v1', 'telemetry.istio.io': 'v1',
  'extensions.istio.io': 'v1alpha1', 'gateway.networking.k8s.io': 'v1', 'networking.k8s.io': 'v1',
}

/** `VirtualService` -> `virtual-service`, `HTTPRoute` -> `http-route`. */
const kebabKind = (kind: string): string =>
  kind.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2').toLowerCase()

/** The path by which Istio names a resource. */
export const configPath = (ref: ResourceRef): string =>
  `/apis/${ref.group}/${VERSIONS[ref.group] ?? 'v1'}/namespaces/${ref.namespace}/${kebabKind(ref.kind)}/${ref.name}`

/** `{filterMetadata: {istio: {config}}}` of the first origin of `kind`; undefined when there is none. */
export function configMetadata(origins: readonly Provenance[], kinds: readonly string[]): Message | undefined {
  const origin = origins.find((candidate) => kinds.includes(candidate.resource.kind))
  return origin && { filterMetadata: { istio: { config: configPath(origin.resource) } } }
}
