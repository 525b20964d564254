/** Certificates that gateways name (`kubernetes://shop-cert`), as SDS resources, with a finding for each that cannot be served. */
import { refOf, Secret } from '@istio-ts/api-types'
import { encode } from '@istio-ts/api-types/envoy'
import { gatewaySecret } from '@istio-ts/ca/node'
import type { ClusterInputs, ProxyIdentity, SecretRef } from '@istio-ts/mesh-model'
import { from, type Diagnostic } from '@istio-ts/foundation'
import { SECRET_TYPE, type SourceBundle } from '@istio-ts/xds-protocol'
import { secretMissing } from '../diagnostics.ts'

/** Encoded secrets and what is missing. */
export interface GatewaySecrets {
  readonly bundle: SourceBundle
  readonly diagnostics: readonly Diagnostic[]
}

/** The secrets of a view that this proxy may have. The bytes hold private keys: they go to the proxy and nowhere else. */
export function gatewaySecrets(cluster: ClusterInputs, identity: ProxyIdentity, refs: readonly SecretRef[]): GatewaySecrets {
  const secrets = cluster.get(Secret)
  const diagnostics: Diagnostic[] = []
  const resources = refs.flatMap((ref) => {
    const found = gatewaySecret(ref, identity.namespace, (key) => secrets.get(key))
    if ('message' in found) return [{ name: ref.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', found.message), provenance: [from(refOf(found.secret)), ...ref.from] }]
    const [first] = ref.from
    diagnostics.push(secretMissing(ref.name, found.missing, first ? { resource: first.resource, path: first.path } : {}))
    return []
  })
  return { bundle: { typeUrl: SECRET_TYPE, key: 'gateway-secrets', resources }, diagnostics }
}
