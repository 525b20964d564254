/** Certificates that users keep in Kubernetes Secrets, as the SDS secrets of gateways. */
import type { Resource, SecretSpec } from '@istio-ts/api-types'
import { certificateSecret, rootsSecret, type SecretMessage } from '../sds/workload-secrets.ts'

/** What a gateway asks for: a Secret, and which part of it. */
export interface GatewaySecretRef {
  /** SDS resource name. */
  readonly name: string
  readonly kind: string
  readonly namespace: string
  readonly resource: string
  readonly part: 'certificate' | 'ca'
}

/** The message and the Secret that it was made of, or why there is none. */
export type GatewaySecret = { readonly message: SecretMessage; readonly secret: Resource<SecretSpec> } | { readonly missing: string }

/**
 * The secret that a gateway of `namespace` may have: only those of its own namespace (Istio's rule for gateway credentials). The bytes
 * hold private keys: they go to the proxy and nowhere else. `secretOf` finds a Secret by `namespace/name`.
 */
export function gatewaySecret(ref: GatewaySecretRef, namespace: string, secretOf: (key: string) => Resource<SecretSpec> | undefined): GatewaySecret {
  if (ref.kind !== 'Secret') return { missing: 'only Secrets are read' }
  if (ref.namespace !== namespace) return { missing: `the gateway is in namespace ${namespace}, the Secret in ${ref.namespace}` }
  // Roots may lie in a Secret of their own, `x-cacert`, or beside the certificate in `x` (Istio's rule).
  const secret = secretOf(`${ref.namespace}/${ref.resource}`) ?? (ref.part === 'ca' ? secretOf(`${ref.namespace}/${ref.resource.replace(/-cacert$/, '')}`) : undefined)
  if (!secret) return { missing: 'there is no such Secret' }
  const message = messageOf(ref, secret)
  return typeof message === 'string' ? { missing: message } : { message, secret }
}

/** Keys as Istio reads them: `tls.crt`, `tls.key`, `ca.crt`, or the older `cert`, `key`, `cacert`. */
function messageOf(ref: GatewaySecretRef, { spec }: Resource<SecretSpec>): SecretMessage | string {
  const value = (...names: readonly string[]): Uint8Array | undefined => {
    for (const name of names) {
      const plain = spec.stringData?.[name]
      if (plain !== undefined) return new TextEncoder().encode(plain)
      const coded = spec.data?.[name]
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
