/** A proxy's identity as text, so that it can be the key of a derivation. */
import type { ProxyIdentity } from './proxy-identity.ts'

/** The key of an identity; equal identities have equal keys. */
export const identityKey = (identity: ProxyIdentity): string =>
  JSON.stringify({
    type: identity.type, name: identity.name, namespace: identity.namespace, ips: identity.ips, labels: sorted(identity.labels), serviceAccount: identity.serviceAccount,
    cluster: identity.cluster, network: identity.network, locality: identity.locality, dnsDomain: identity.dnsDomain, istioVersion: identity.istioVersion,
    extensions: identity.extensions === 'all' ? 'all' : [...identity.extensions].sort(), wantsProvenance: identity.wantsProvenance,
    interceptionMode: identity.interceptionMode, loopback: identity.loopback, metadata: identity.metadata,
  })

/** The inverse of {@link identityKey}. */
export function identityOfKey(key: string): ProxyIdentity {
  const parsed = JSON.parse(key) as Omit<ProxyIdentity, 'extensions'> & { readonly extensions: 'all' | readonly string[] }
  return { ...parsed, extensions: parsed.extensions === 'all' ? 'all' : new Set(parsed.extensions) }
}

const sorted = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
