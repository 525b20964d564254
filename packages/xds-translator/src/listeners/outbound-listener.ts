/** Listeners for a workload's own calls: one per address and port, behind the capture port or opened on its own. */
import type { OutboundListener, TelemetryMode } from '@istio-ts/mesh-model'
import { accessLogs } from '../access-log/access-log.ts'
import { unknownHostDnsCache } from '../http-filters/dynamic-forward-proxy/index.ts'
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER } from '../names/cluster-name.ts'
import { listenerName, statPrefix } from '../names/listener-name.ts'
import { targetCluster } from '../routes/route-target.ts'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'
import { additionalAddresses, listenAddress } from './address.ts'
import { CONNECT_TIMEOUT, tcpChain, tcpFiltersTo } from './chains.ts'
import { httpConnectionManager } from './http-connection-manager.ts'
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './listener-filters.ts'
import type { ListenerScope } from './scope.ts'

/** What http_inspector calls plain HTTP. */
export const PLAIN_HTTP = ['http/1.1', 'h2c']

/** The listener. */
export function outboundListener(listener: OutboundListener, scope: ListenerScope): Message {
  const sniffs = sniffsHttp(listener)
  const http = listener.http === undefined ? [] : [httpChain(listener, sniffs, scope)]
  const opaque = listener.protocol === 'http' ? [] : listener.chains.map((chain) => tcpChain(chain, 'outbound', scope))
  const { chains, fallback } = arrange([...http, ...opaque], listener, scope)
  const filters = [
    ...(listener.chains.some((chain) => chain.serverNames.length > 0) ? [TLS_INSPECTOR] : []),
    ...(sniffs ? [HTTP_INSPECTOR] : []),
  ]
  return present({
    name: listenerName(listener.bind, listener.port),
    address: listenAddress(listener.bind, listener.port),
    ...additionalAddresses(listener.additionalBinds, listener.port),
    trafficDirection: 'OUTBOUND',
    filterChains: chains,
    defaultFilterChain: fallback,
    listenerFilters: filters.length === 0 ? undefined : filters,
    ...outboundListenerSettings(listener.bindToPort, filters.length > 0, scope),
  })
}

/** Settings that all outbound listeners share; `opens` = it owns its port, `sniffs` = it has filters that wait for bytes. */
export const outboundListenerSettings = (opens: boolean, sniffs: boolean, scope: ListenerScope): Message => present({
  listenerFiltersTimeout: duration(sniffs ? scope.view.mesh.protocolDetectionTimeoutMs : 0),
  continueOnListenerFiltersTimeout: true,
  ...(opens ? ownPort(scope) : { bindToPort: false }),
  accessLog: opens ? listenerLog(scope) : undefined,
  ...exactBalance('OUTBOUND_LISTENER_EXACT_BALANCE', scope),
})

/** Node metadata asks for connections to be spread exactly over workers (few long-lived ones would else land on one). */
export const exactBalance = (name: 'INBOUND_LISTENER_EXACT_BALANCE' | 'OUTBOUND_LISTENER_EXACT_BALANCE', scope: ListenerScope): Message =>
  String(scope.view.proxy.metadata[name]) === 'true' ? { connectionBalanceConfig: { exactBalance: {} } } : {}

/** One connection per wake-up spreads connections over workers. In a local mesh a second owner of a port must be an error, not a silent share. */
export const ownPort = (scope: ListenerScope): Message => ({ maxConnectionsToAcceptPerSocketEvent: 1, ...(scope.view.loopback === undefined ? {} : { enableReusePort: false }) })

/** Connections that no filter chain took. */
export const listenerLog = (scope: ListenerScope, mode: TelemetryMode = 'client'): readonly Message[] | undefined =>
  scope.view.mesh.disableEnvoyListenerLog ? undefined : accessLogs(scope.view.telemetry, mode, 'listener')

/** HTTP must be told apart where other bytes have somewhere to go. */
const sniffsHttp = (listener: OutboundListener): boolean => listener.http !== undefined && (listener.protocol === 'auto' || listener.unmatched !== 'none')

function httpChain(listener: OutboundListener, sniffs: boolean, scope: ListenerScope): Message {
  return present({
    filterChainMatch: sniffs ? { applicationProtocols: PLAIN_HTTP, transportProtocol: 'raw_buffer' } : undefined,
    filters: [httpConnectionManager({
      place: 'outbound',
      statPrefix: statPrefix('outbound', listenerName(listener.bind, listener.port)),
      routes: { rds: listener.http?.routeTable ?? '' },
      protocol: listener.http?.protocol ?? 'http',
      stickySessions: hasStickySessions(listener.http?.routeTable, scope),
      dnsCaches: [...dynamicHosts(listener.http?.routeTable, scope), ...dynamicDns(scope)],
    }, scope)],
    ...CONNECT_TIMEOUT,
  })
}

/** The DNS cache of unknown hosts, where the outbound policy resolves them. */
export const dynamicDns = (scope: ListenerScope): readonly Message[] =>
  scope.view.outbound.unknownHost === 'dynamic-dns' ? [unknownHostDnsCache(scope.view.proxy)] : []

/** The DNS caches of dynamic clusters that a route table sends to. */
function dynamicHosts(name: string | undefined, scope: ListenerScope): readonly Message[] {
  if (scope.dynamicClusters.size === 0) return []
  const table = scope.view.outbound.routeTables.find((candidate) => candidate.name === name)
  const clusters = (table?.virtualHosts ?? []).flatMap((host) => host.routes).flatMap(({ action }) => (action.kind === 'forward' ? action.destinations.map(({ target }) => targetCluster(target)) : []))
  return [...new Set(clusters)].map((cluster) => scope.dynamicClusters.get(cluster)).filter((cache) => cache !== undefined)
}

const hasStickySessions = (table: string | undefined, scope: ListenerScope): boolean =>
  scope.view.outbound.routeTables.some((candidate) => candidate.name === table && candidate.virtualHosts.some((host) => host.stickySession !== undefined))

/** A chain that takes everything becomes the default as soon as there are others; else unmatched connections get one of their own. */
function arrange(all: readonly Message[], listener: OutboundListener, scope: ListenerScope): { readonly chains: readonly Message[]; readonly fallback: Message | undefined } {
  const open = all.find((chain) => chain['filterChainMatch'] === undefined)
  if (open !== undefined) return all.length === 1 ? { chains: all, fallback: undefined } : { chains: all.filter((chain) => chain !== open), fallback: open }
  if (listener.unmatched === 'none') return { chains: all, fallback: undefined }
  return { chains: all, fallback: { name: 'PassthroughFilterChain', filterChainMatch: {}, filters: tcpFiltersTo(listener.unmatched === 'passthrough' ? onwards(scope) : BLACK_HOLE_CLUSTER, 'outbound', scope) } }
}

/** Where connections to unknown destinations go: on, or to the egress proxy of a Sidecar. */
export const onwards = (scope: ListenerScope): string => {
  const { egressProxy } = scope.view.outbound
  return egressProxy === undefined ? PASSTHROUGH_CLUSTER : targetCluster(egressProxy)
}
