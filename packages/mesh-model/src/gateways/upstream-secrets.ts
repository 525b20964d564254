/** Secrets that a gateway needs towards its upstreams: what DestinationRules name by `credentialName`. */
import type { Bundle } from '../view/bundle.ts'
import type { SecretRef } from '../view/secret-ref.ts'
import type { Upstream } from '../view/upstream.ts'
import { secretRef } from './gateway-view.ts'

/**
 * The roots to judge servers by (SIMPLE, MUTUAL) and the certificate to show (MUTUAL), each once, by name. Istio serves credentials of
 * DestinationRules to gateways; a sidecar would need a right to read Secrets that it does not have.
 */
export function upstreamSecrets(bundles: readonly Bundle<Upstream>[], namespace: string): readonly SecretRef[] {
  const found = bundles.flatMap(({ items }) => items).flatMap(({ tls, from }): readonly SecretRef[] => {
    if (tls.mode !== 'simple' && tls.mode !== 'mutual') return []
    const { credentialName: name, insecureSkipVerify } = tls.settings
    if (name === undefined || name === '') return []
    return [
      ...(tls.mode === 'mutual' ? [secretRef(name, 'certificate', namespace, from)] : []),
      ...(insecureSkipVerify === true ? [] : [secretRef(name.endsWith('-cacert') ? name : `${name}-cacert`, 'ca', namespace, from)]),
    ]
  })
  return [...new Map(found.map((one) => [one.name, one])).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
