/** Listeners of a gateway: plain HTTP by one route table, TLS by server name, opaque TCP. */
import type { GatewayChain, GatewayListener } from '@istio-ts/mesh-model'
import { accessLogs } from '../access-log/access-log.ts'
import { additionalAddresses, listenAddress } from '../listeners/address.ts'
import { CONNECT_TIMEOUT, tcpChain } from '../listeners/chains.ts'
import { serverAlpn, userServerSocket } from '../listeners/downstream-tls.ts'
import { httpConnectionManager } from '../listeners/http-connection-manager.ts'
import { PROXY_PROTOCOL, TLS_INSPECTOR } from '../listeners/listener-filters.ts'
import { ownPort } from '../listeners/outbound-listener.ts'
import type { ListenerScope } from '../listeners/scope.ts'
import { listenerName, statPrefix } from '../names/listener-name.ts'
import { METADATA_EXCHANGE } from '../network-filters/metadata-exchange/index.ts'
import { present, type Message } from '../wire/message.ts'
import type { NamedExtension } from '../wire/named-extension.ts'

/** The listener. */
export function gatewayListener(listener: GatewayListener, scope: ListenerScope): Message {
  const chains = listener.routeTable === undefined ? listener.chains.map((chain) => gatewayChain(listener, chain, scope)) : [plainChain(listener, listener.routeTable, scope)]
  const filters: readonly NamedExtension[] = [
    ...(listener.proxyProtocol || scope.view.mesh.proxyConfig.gatewayTopology?.proxyProtocol !== undefined ? [PROXY_PROTOCOL] : []),
    ...(listener.chains.some((chain) => chain.tls !== undefined || chain.serverNames.length > 0) ? [TLS_INSPECTOR] : []),
  ]
  return present({
    name: listenerName(listener.bind, listener.port),
    address: listenAddress(listener.bind, listener.port),
    ...additionalAddresses([], listener.port),
    trafficDirection: 'OUTBOUND',
    filterChains: chains,
    listenerFilters: filters.length === 0 ? undefined : filters,
    accessLog: scope.view.mesh.disableEnvoyListenerLog ? undefined : accessLogs(scope.view.telemetry, 'client', 'listener'),
    perConnectionBufferLimitBytes: scope.view.mesh.proxyConfig.connectionSettings?.listenerPerConnectionBufferLimitBytes,
    ...ownPort(scope),
  })
}

const plainChain = (listener: GatewayListener, table: string, scope: ListenerScope): Message => ({ filters: [manager(listener, table, scope)], ...CONNECT_TIMEOUT })

const manager = (listener: GatewayListener, table: string, scope: ListenerScope): NamedExtension => httpConnectionManager({
  place: 'gateway',
  statPrefix: statPrefix('outbound', listenerName(listener.bind, listener.port)),
  routes: { rds: table },
  protocol: 'http',
}, scope)

/** A chain by server name: HTTPS, TLS ended here, or TLS passed on. */
function gatewayChain(listener: GatewayListener, chain: GatewayChain, scope: ListenerScope): Message {
  const socket = chain.tls === undefined || chain.tls.mode === 'PASSTHROUGH' || chain.tls.mode === 'AUTO_PASSTHROUGH'
    ? {}
    : { transportSocket: userServerSocket(chain.tls, serverAlpn(chain.tcp !== undefined && chain.tls.mode === 'ISTIO_MUTUAL', scope.extensions), scope.view.mesh) }
  if (chain.tcp !== undefined) {
    const opaque = tcpChain({ serverNames: chain.serverNames, destinations: [], action: chain.tcp, protocol: 'tcp', from: chain.from }, 'gateway', scope)
    const exchange = chain.tls?.mode === 'ISTIO_MUTUAL' && scope.extensions.has('envoy.filters.network', METADATA_EXCHANGE)
    const filters = Array.isArray(opaque['filters']) ? opaque['filters'] : []
    return { ...opaque, filters: exchange ? [METADATA_EXCHANGE, ...filters] : filters, ...socket }
  }
  const names = chain.serverNames.filter((name) => name !== '*')
  return present({
    filterChainMatch: names.length === 0 || chain.serverNames.includes('*') ? undefined : { serverNames: names },
    filters: [manager(listener, chain.routeTable ?? '', scope)],
    ...socket,
    ...CONNECT_TIMEOUT,
  })
}
