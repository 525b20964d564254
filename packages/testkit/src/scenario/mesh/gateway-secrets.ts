/** The Secrets that a gateway's servers name, as SDS resources: what istiod adds to the snapshot of a gateway. */
import { Secret, type Resource } from '@istio-ts/api-types'
import { encode } from '@istio-ts/api-types/envoy'
import type { ProxyIdentity, SecretRef } from '@istio-ts/mesh-model'
import { SECRET_TYPE, type SourceBundle } from '@istio-ts/xds-protocol'
import { certificateSecret, rootsSecret } from '@istio-ts/xds-translator'

/** Those of the gateway's own namespace that are there. */
export const gatewaySecrets = (resources: Iterable<Resource>, identity: ProxyIdentity, refs: readonly SecretRef[]): SourceBundle => {
  const found = [...resources].filter((resource): resource is Resource<SecretTexts> => resource.kind === Secret.kind && resource.metadata.namespace === identity.namespace)
  return {
    typeUrl: SECRET_TYPE,
    key: 'gateway-secrets',
    resources: refs.flatMap((ref) => {
      const names = ref.part === 'ca' ? [ref.resource, ref.resource.replace(/-cacert$/, '')] : [ref.resource]
      const texts = names.map((name) => found.find(({ metadata }) => metadata.name === name)?.spec.stringData).find((one) => one !== undefined)
      const bytes = (name: string): Uint8Array => new TextEncoder().encode(texts?.[name] ?? '')
      if (!texts) return []
      const message = ref.part === 'ca' ? rootsSecret(ref.name, bytes('ca.crt')) : certificateSecret(ref.name, bytes('tls.crt'), bytes('tls.key'))
      return [{ name: ref.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', message), provenance: ref.from }]
    }),
  }
}

interface SecretTexts {
  readonly stringData?: Readonly<Record<string, string>>
}
