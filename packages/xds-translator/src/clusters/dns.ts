/** Clusters whose names the proxy resolves itself. */
import type { Upstream } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'
import type { ClusterScope } from './cluster-scope.ts'

/** Answers are used as long as their TTL says; failures are retried after the mesh's refresh rate, spread by the jitter. */
export const dnsSettings = (upstream: Upstream, scope: ClusterScope): Message =>
  present({
    dnsRefreshRate: upstream.resolution === 'strict-dns' || upstream.resolution === 'logical-dns' ? duration(scope.mesh.dnsRefreshRateMs) : undefined,
    respectDnsTtl: true,
    dnsJitter: '0.100s',
    dnsLookupFamily: lookupFamily(scope),
    typedDnsResolverConfig: extension('envoy.network.dns_resolver.cares', typed('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', { udpMaxQueries: 100 })),
  })

/** Only families that the proxy has addresses of. */
function lookupFamily(scope: Pick<ClusterScope, 'ipFamilies'>): string {
  const [four, six] = [scope.ipFamilies.includes('IPv4'), scope.ipFamilies.includes('IPv6')]
  return four && six ? 'ALL' : six ? 'V6_ONLY' : 'V4_ONLY'
}

/** The cache that a dynamic forward proxy filter and its cluster share; they must be equal on both sides. */
export const dnsCache = (name: string, scope: Pick<ClusterScope, 'ipFamilies'>, more: Message = {}): Message => ({ name, dnsLookupFamily: lookupFamily(scope), ...more })

/** A cluster that dials whatever host the request names. */
export const dynamicForwardProxyType = (upstream: Upstream, scope: ClusterScope): Message =>
  dynamicForwardProxyCluster(dnsCache(`${upstream.ref.host}_dfp_dns_cache`, scope), false)

/** `clusterType` of a dynamic forward proxy; `insecure` lets it dial without checking names (plain text). */
export const dynamicForwardProxyCluster = (cache: Message, insecure: boolean): Message => ({
  clusterType: extension('envoy.clusters.dynamic_forward_proxy', typed('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', present({
    allowInsecureClusterOptions: insecure || undefined,
    dnsCacheConfig: cache,
  }))),
})
