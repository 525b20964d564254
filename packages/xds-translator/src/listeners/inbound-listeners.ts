/** Listeners for what a workload serves: behind the capture port (15006), or one per port where nothing is captured. */
import type { InboundServer } from '@istio-ts/mesh-model'
import { inboundCluster, INBOUND_PASSTHROUGH_CLUSTER } from '../names/cluster-name.ts'
import { PEER_METADATA_INBOUND } from '../http-filters/peer-metadata/index.ts'
import { listenerName, statPrefix, VIRTUAL_INBOUND } from '../names/listener-name.ts'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'
import { additionalAddresses, listenAddress } from './address.ts'
import { blackHoleFilters } from './chains.ts'
import { inboundChains, inspectors, type InboundPort } from './inbound-chains.ts'
import { inboundRouteTable, type InboundRoute } from './inbound-routes.ts'
import { HTTP_INSPECTOR, inspector, ORIGINAL_DST, ORIGINAL_SRC, TLS_INSPECTOR } from './listener-filters.ts'
import { exactBalance, listenerLog, ownPort } from './outbound-listener.ts'
import type { ListenerScope } from './scope.ts'

/** The capture port with the chains of all servers; undefined where nothing is captured. */
export function virtualInbound(scope: ListenerScope): Message | undefined {
  const { virtualListener: at, servers } = scope.view.inbound
  const [bind, ...more] = at?.bind ?? []
  if (at === undefined || bind === undefined || scope.view.proxy.type === 'router') return undefined
  const ports = servers.filter((server) => server.bind === '').map((server) => serverPort(server, bind, scope))
  const unknown = unknownPorts(scope, at.mtls)
  const others = (at.otherPorts ?? []).map(({ port, mtls }) => unknownPorts(scope, mtls, port))
  const tproxy = scope.view.proxy.interceptionMode === 'TPROXY'
  return present({
    name: VIRTUAL_INBOUND,
    address: listenAddress(bind, at.port),
    ...additionalAddresses(more, at.port),
    transparent: tproxy ? true : undefined,
    filterChains: [
      { name: `${VIRTUAL_INBOUND}-blackhole`, filterChainMatch: { destinationPort: at.port }, filters: blackHoleFilters('inbound', scope) },
      ...inboundChains(unknown, scope),
      ...others.flatMap((port) => inboundChains(port, scope)),
      ...ports.flatMap((port) => inboundChains(port, scope)),
    ],
    listenerFilters: [ORIGINAL_DST, ...(tproxy ? [ORIGINAL_SRC] : []), ...inspectorsOf([...ports, ...others, unknown], [at.port])],
    ...inboundSettings(scope),
  })
}

/** Servers that open their own port (a local mesh, interception mode NONE), one listener each. */
export const boundInbound = (scope: ListenerScope): readonly { readonly server: InboundServer; readonly message: Message }[] =>
  scope.view.inbound.servers.filter((server) => server.bind !== '').map((server) => {
    const port = serverPort(server, server.bind, scope)
    const filters = inspectorsOf([port], [])
    return { server, message: present({
      name: listenerName(server.bind, server.listenPort),
      address: listenAddress(server.bind, server.listenPort),
      filterChains: inboundChains(port, scope),
      listenerFilters: filters.length === 0 ? undefined : filters,
      ...inboundSettings(scope),
    }) }
  })

const inboundSettings = (scope: ListenerScope): Message => present({
  trafficDirection: 'INBOUND',
  listenerFiltersTimeout: duration(scope.view.mesh.protocolDetectionTimeoutMs),
  continueOnListenerFiltersTimeout: true,
  accessLog: listenerLog(scope, 'server'),
  ...exactBalance('INBOUND_LISTENER_EXACT_BALANCE', scope),
  ...ownPort(scope),
})

/** `silent` = ports that never need an inspector (the capture port's own black hole). */
function inspectorsOf(ports: readonly InboundPort[], silent: readonly number[]): readonly Message[] {
  const needs = ports.map((port) => ({ port: port.port, ...inspectors(port) }))
  const unknown = needs.find((need) => need.port === undefined)
  const need = (kind: 'tls' | 'http') => ({
    other: unknown?.[kind] ?? false,
    ports: new Map([...needs.flatMap((one): readonly (readonly [number, boolean])[] => (one.port === undefined ? [] : [[one.port, one[kind]]])), ...silent.map((port) => [port, false] as const)]),
  })
  return [inspector(TLS_INSPECTOR, need('tls')), inspector(HTTP_INSPECTOR, need('http'))].filter((filter) => filter !== undefined)
}

const routes = (route: Omit<InboundRoute, 'wantsProvenance' | 'hidesPeerMetadata'>, scope: ListenerScope): Message =>
  inboundRouteTable({ ...route, wantsProvenance: scope.view.proxy.wantsProvenance, hidesPeerMetadata: !scope.extensions.has('envoy.filters.http', PEER_METADATA_INBOUND) })

function serverPort(server: InboundServer, bind: string, scope: ListenerScope): InboundPort {
  const cluster = inboundCluster(server.workloadPort)
  const name = listenerName(bind, server.listenPort)
  return {
    port: server.listenPort,
    protocol: server.protocol,
    mtls: server.mtls,
    ...(server.tls === undefined ? {} : { tls: server.tls }),
    cluster,
    names: { http: name, tcp: name },
    statPrefix: statPrefix('inbound', name),
    routes: routes({ cluster, grpc: server.protocol === 'grpc' || server.protocol === 'grpc-web', servicePort: server.servicePort, host: server.host, from: server.from }, scope),
    from: server.from,
  }
}

/** Ports that no service names, or one of them: the same ways in, to wherever the connection was going. */
const unknownPorts = (scope: ListenerScope, mtls: InboundPort['mtls'], port?: number): InboundPort => ({
  port,
  protocol: 'auto',
  mtls,
  cluster: INBOUND_PASSTHROUGH_CLUSTER,
  names: { http: `${VIRTUAL_INBOUND}-catchall-http`, tcp: VIRTUAL_INBOUND },
  statPrefix: `${INBOUND_PASSTHROUGH_CLUSTER};`,
  routes: routes({ cluster: INBOUND_PASSTHROUGH_CLUSTER, grpc: false, servicePort: 0, host: '', from: [] }, scope),
  from: [],
})
