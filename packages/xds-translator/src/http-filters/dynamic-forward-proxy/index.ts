/** `dynamic_forward_proxy`: resolves the request's own host before routing to a dynamic cluster. */
import { dnsCache } from '../../clusters/dns.ts'
import { typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** What the cache settings may depend on. */
export interface DnsScope {
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The cache of unknown hosts: bounded, and asked of the agent's DNS proxy where there is one (metadata DNS_PROXY_ADDR with DNS_CAPTURE). */
export function unknownHostDnsCache(scope: DnsScope): Message {
  return dnsCache('allow_any_dfp_dns_cache', scope, { maxHosts: 1024, ...agentResolver(scope.metadata) })
}

function agentResolver(metadata: Readonly<Record<string, unknown>>): Message {
  const at = metadata['DNS_PROXY_ADDR']
  if (typeof at !== 'string' || metadata['DNS_CAPTURE'] !== 'true' && metadata['DNS_CAPTURE'] !== true) return {}
  const colon = at.lastIndexOf(':')
  const resolver = { socketAddress: { address: at.slice(0, colon), portValue: Number(at.slice(colon + 1)) } }
  return { typedDnsResolverConfig: extension('envoy.network.dns_resolver.cares', typed('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', { resolvers: [resolver] })) }
}

/** The filter; `cache` must equal the cluster's. */
export const dynamicForwardProxy = (cache: Message): NamedExtension =>
  extension('envoy.filters.http.dynamic_forward_proxy', typed('envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig', { dnsCacheConfig: cache }))
