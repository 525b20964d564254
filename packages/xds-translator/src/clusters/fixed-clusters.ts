/** The clusters that every sidecar has: where refused, passed-through and unknown connections go. */
import type { ProxyView } from '@istio-ts/mesh-model'
import { BLACK_HOLE_CLUSTER, DYNAMIC_DNS_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from '../names/cluster-name.ts'
import { METADATA_EXCHANGE } from '../network-filters/metadata-exchange/index.ts'
import { duration } from '../wire/duration.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { circuitBreakers } from './circuit-breakers.ts'
import type { ClusterScope } from './cluster-scope.ts'
import { dynamicForwardProxyCluster } from './dns.ts'
import { HTTP_PROTOCOL_OPTIONS } from './http-protocol-options.ts'
import { unknownHostDnsCache } from '../http-filters/dynamic-forward-proxy/index.ts'
import { upstreamConnectionOptions } from './keepalive.ts'

/** The source address by which iptables knows connections that the sidecar passes to its own workload. */
export const inboundBind = (ipFamilies: readonly string[]): Message =>
  ({ sourceAddress: { address: ipFamilies.includes('IPv4') ? '127.0.0.6' : '::6', portValue: 0 } })

/** Passthrough keeps the client's protocol; five minutes idle close its connections, which nobody else counts. */
const PASSTHROUGH_OPTIONS: Message = {
  [HTTP_PROTOCOL_OPTIONS]: typed(HTTP_PROTOCOL_OPTIONS, {
    commonHttpProtocolOptions: { idleTimeout: '300s' },
    useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions: {} },
  }),
}

/** A cluster without endpoints: connections end here on purpose. */
const blackHoleCluster = (scope: ClusterScope): Message => ({
  name: BLACK_HOLE_CLUSTER, altStatName: `${BLACK_HOLE_CLUSTER};`, type: 'STATIC', connectTimeout: duration(scope.mesh.connectTimeoutMs),
})

const passthrough = (scope: ClusterScope): Message => present({
  // Both passthrough clusters share this stat name in Istio.
  altStatName: `${PASSTHROUGH_CLUSTER};`,
  connectTimeout: duration(scope.mesh.defaultConnectionPool.connectTimeoutMs ?? scope.mesh.connectTimeoutMs),
  lbPolicy: 'CLUSTER_PROVIDED',
  circuitBreakers: circuitBreakers(scope.mesh.defaultConnectionPool),
  typedExtensionProtocolOptions: PASSTHROUGH_OPTIONS,
})

const upstreamFilters = (scope: ClusterScope): Message =>
  scope.extensions.has('envoy.filters.upstream_network', METADATA_EXCHANGE) ? { filters: [METADATA_EXCHANGE] } : {}

/** Outbound connections to unknown destinations, sent where they were going. */
const passthroughCluster = (scope: ClusterScope): Message => present({
  name: PASSTHROUGH_CLUSTER,
  type: 'ORIGINAL_DST',
  ...passthrough(scope),
  ...upstreamFilters(scope),
  upstreamConnectionOptions: upstreamConnectionOptions(scope.mesh.tcpKeepalive),
})

/** Inbound connections to ports without a service. */
const inboundPassthroughCluster = (scope: ClusterScope): Message => ({
  name: INBOUND_PASSTHROUGH_CLUSTER, type: 'ORIGINAL_DST', ...passthrough(scope), ...present({ upstreamConnectionOptions: upstreamConnectionOptions(scope.mesh.tcpKeepalive) }), upstreamBindConfig: inboundBind(scope.ipFamilies),
})

/** Unknown hosts, resolved by the name in the request. */
const dynamicDnsCluster = (scope: ClusterScope): Message => {
  const cache = unknownHostDnsCache(scope)
  return { name: DYNAMIC_DNS_CLUSTER, ...dynamicForwardProxyCluster(cache, true), ...passthrough(scope), altStatName: `${DYNAMIC_DNS_CLUSTER};`, ...upstreamFilters(scope) }
}

/** The fixed clusters of a view, in Istio's order. */
export function fixedClusters(view: ProxyView, scope: ClusterScope): readonly Message[] {
  const dynamicDns = view.outbound.unknownHost === 'dynamic-dns' || usesDynamicDns(view)
  if (view.proxy.type === 'router') return [blackHoleCluster(scope), ...(dynamicDns ? [dynamicDnsCluster(scope)] : [])]
  return [
    blackHoleCluster(scope),
    passthroughCluster(scope),
    ...(dynamicDns ? [dynamicDnsCluster(scope)] : []),
    // Without capture there is no "original destination" behind an inbound connection.
    ...(view.loopback === undefined ? [inboundPassthroughCluster(scope)] : []),
  ]
}

/** A local mesh sends unknown hosts of its HTTP proxy port by name, whatever the virtual listeners would do. */
export const usesDynamicDns = (view: ProxyView): boolean => view.outbound.httpProxy?.acceptsConnect === true && view.outbound.httpProxy.unknownHost !== 'block'
