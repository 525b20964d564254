/** The Secrets that a gateway's servers name, as SDS resources: what istiod adds to the snapshot of a gateway. */
import { Secret } from '@istio-ts/api-types'
import { encode } from '@istio-ts/api-types/envoy'
import { gatewaySecret } from '@istio-ts/ca/node'
import type { ClusterInputs, ProxyIdentity, SecretRef } from '@istio-ts/mesh-model'
import { SECRET_TYPE, type SourceBundle } from '@istio-ts/xds-protocol'

/** Those that the gateway may have and that are there. */
export const gatewaySecrets = (cluster: ClusterInputs | undefined, identity: ProxyIdentity, refs: readonly SecretRef[]): SourceBundle => ({
  typeUrl: SECRET_TYPE,
  key: 'gateway-secrets',
  resources: refs.flatMap((ref) => {
    const found = gatewaySecret(ref, identity.namespace, (key) => cluster?.get(Secret).get(key))
    return 'message' in found ? [{ name: ref.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', found.message), provenance: ref.from }] : []
  }),
})
