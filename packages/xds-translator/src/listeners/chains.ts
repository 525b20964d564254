/** Filter chains that end in a TCP proxy. */
import type { TcpChain } from '@istio-ts/mesh-model'
import { accessLogs } from '../access-log/access-log.ts'
import { cidrRange } from '../authorization/value-match.ts'
import { telemetryMode, type HttpPlace } from '../http-filters/order.ts'
import { configPath } from '../names/config-path.ts'
import { BLACK_HOLE_CLUSTER } from '../names/cluster-name.ts'
import { networkFilters } from '../network-filters/order.ts'
import { sniDynamicForwardProxy } from '../network-filters/sni-dynamic-forward-proxy/index.ts'
import { tcpProxy, tcpProxyTo, withCodec, type TcpSettings } from '../network-filters/tcp-proxy/index.ts'
import { targetCluster } from '../routes/route-target.ts'
import { present, type Message } from '../wire/message.ts'
import type { NamedExtension } from '../wire/named-extension.ts'
import { authorizationScope, type ListenerScope } from './scope.ts'

/** A client that connects but never finishes its TLS handshake is dropped after this time. */
export const CONNECT_TIMEOUT = { transportSocketConnectTimeout: '15s' }

/** Settings of TCP proxies on one side of the proxy. */
export function tcpSettings(place: HttpPlace, scope: ListenerScope): TcpSettings {
  const idle = scope.view.proxy.metadata['IDLE_TIMEOUT']
  return { accessLog: accessLogs(scope.view.telemetry, telemetryMode(place), 'traffic'), idleTimeout: typeof idle === 'string' && idle !== '' ? idle : undefined }
}

/** The filters of a chain that sends everything to one cluster. */
export const tcpFiltersTo = (cluster: string, place: HttpPlace, scope: ListenerScope): readonly NamedExtension[] => [
  ...networkFilters({ place, view: scope.view, extensions: scope.extensions, authorization: authorizationScope(scope, true), http: false, guarded: true }),
  tcpProxyTo(cluster, tcpSettings(place, scope)),
]

/** The filters of a black hole: nothing is decided about connections that end here, and nothing logged. */
export const blackHoleFilters = (place: HttpPlace, scope: ListenerScope): readonly NamedExtension[] => [
  ...networkFilters({ place, view: scope.view, extensions: scope.extensions, authorization: authorizationScope(scope, true), http: false, guarded: false }),
  tcpProxyTo(BLACK_HOLE_CLUSTER, { accessLog: undefined, idleTimeout: undefined }),
]

/** An opaque chain of an outbound listener or gateway. */
export function tcpChain(chain: TcpChain, place: HttpPlace, scope: ListenerScope): Message {
  const [first] = chain.action.destinations
  const codecName = first === undefined ? '' : targetCluster(first.target)
  const dynamic = chain.serverNames.length === 0 ? undefined : scope.dynamicClusters.get(codecName)
  const match = present({
    serverNames: chain.serverNames.length === 0 || chain.serverNames.includes('*') ? undefined : chain.serverNames,
    prefixRanges: chain.destinations.length === 0 ? undefined : chain.destinations.map(cidrRange),
  })
  // Istio names the rule of a chain chosen by server name or by nothing; one chosen by address alone, and those of gateways, go without.
  const named = place !== 'gateway' && (chain.serverNames.length > 0 || chain.destinations.length === 0)
  return present({
    filterChainMatch: Object.keys(match).length === 0 ? undefined : match,
    filters: [
      ...networkFilters({ place, view: scope.view, extensions: scope.extensions, authorization: authorizationScope(scope, true), http: false, guarded: true }),
      ...(dynamic === undefined || first === undefined || first.target.kind !== 'upstream' ? [] : [sniDynamicForwardProxy(dynamic, first.target.ref.port)]),
      ...withCodec(chain.protocol, codecName, tcpProxy(chain.action, tcpSettings(place, scope))),
    ],
    metadata: named && chain.action.owner !== undefined ? { filterMetadata: { istio: { config: configPath(chain.action.owner) } } } : undefined,
    ...CONNECT_TIMEOUT,
  })
}
