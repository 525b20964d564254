/** Certificates that gateways name (`kubernetes://shop-cert`), as SDS resources; only for gateways of the secret's namespace. */
import { Secret, type Resource } from '@istio-ts/api-types'
import { encode } from '@istio-ts/api-types/envoy'
import type { ClusterInputs, ProxyIdentity, SecretRef } from '@istio-ts/mesh-model'
import { from, type Diagnostic } from '@istio-ts/foundation'
import { refOf } from '@istio-ts/api-types'
import { SECRET_TYPE, type SourceBundle } from '@istio-ts/xds-protocol'
import { certificateSecret, rootsSecret } from '@istio-ts/xds-translator'
import { secretMissing } from '../diagnostics.ts'

/** Encoded secrets and what is missing. */
export interface GatewaySecrets {
  readonly bundle: SourceBundle
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The secrets of a view that this proxy may have: those of its own namespace (Istio's rule for gateway credentials). The bytes hold
 * private keys: they go to the proxy and nowhere else.
 */
export function gatewaySecrets(cluster: ClusterInputs, identity: ProxyIdentity, refs: readonly SecretRef[]): GatewaySecrets {
  const secrets = cluster.get(Secret)
  const diagnostics: Diagnostic[] = []
  const resources = refs.flatMap((ref) => {
    const [first] = ref.from
    const at = first ? { resource: first.resource, path: first.path } : {}
    const refuse = (reason: string): readonly [] => {
      diagnostics.push(secretMissing(ref.name, reason, at))
      return []
    }
    if (ref.kind !== 'Secret') return refuse('only Secrets are read')
    if (ref.namespace !== identity.namespace) return refuse(`the gateway is in namespace ${identity.namespace}, the Secret in ${ref.namespace}`)
    // Roots may lie in a Secret of their own, `x-cacert`, or beside the certificate in `x` (Istio's rule).
    const found = secrets.get(`${ref.namespace}/${ref.resource}`) ?? (ref.part === 'ca' ? secrets.get(`${ref.namespace}/${ref.resource.replace(/-cacert$/, '')}`) : undefined)
    if (!found) return refuse('there is no such Secret')
    const message = secretMessage(ref, found)
    if (typeof message === 'string') return refuse(message)
    return [{ name: ref.name, bytes: encode('envoy.extensions.transport_sockets.tls.v3.Secret', message), provenance: [from(refOf(found)), ...ref.from] }]
  })
  return { bundle: { typeUrl: SECRET_TYPE, key: 'gateway-secrets', resources }, diagnostics }
}

/** Keys as Istio reads them: `tls.crt`, `tls.key`, `ca.crt`, or the older `cert`, `key`, `cacert`. */
function secretMessage(ref: SecretRef, secret: Resource<SecretData>): ReturnType<typeof certificateSecret> | string {
  const value = (...names: readonly string[]): Uint8Array | undefined => {
    for (const name of names) {
      const plain = secret.spec.stringData?.[name]
      if (plain !== undefined) return new TextEncoder().encode(plain)
      const coded = secret.spec.data?.[name]
      if (coded !== undefined) return Buffer.from(coded, 'base64')
    }
    return undefined
  }
  if (ref.part === 'ca') {
    const roots = value('ca.crt', 'cacert')
    return roots ? rootsSecret(ref.name, roots) : 'it has no ca.crt'
  }
  const [chain, key] = [value('tls.crt', 'cert'), value('tls.key', 'key')]
  return chain && key ? certificateSecret(ref.name, chain, key) : 'it has no tls.crt and tls.key'
}

interface SecretData {
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
}
