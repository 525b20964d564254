/** Listener -> CompiledListener. */
import { parseCidr, type Cidr } from '@istio-ts/foundation'
import { compileAccessLogs } from '../access-log/access-log.ts'
import type { FormatEnvironment } from '../access-log/format.ts'
import { reportOn, noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { sameValue } from '../config/same-value.ts'
import { durationMs, socketAddress } from '../config/scalars.ts'
import { openAny, unpack, type Any, type FilterChain, type FilterChainMatch, type Listener, type ListenerFilter } from '../config/wire.ts'
import { duplicateChain } from '../diagnostics.ts'
import { compilePerRoute } from '../http-filters/compile-filters.ts'
import { asciiLower } from '../match/string-matcher.ts'
import { compileNetworkFilters } from '../network-filters/compile-network-filters.ts'
import type { NetworkContext } from '../network-filters/network-filter.ts'
import { compileRoutes } from '../router/compile-routes.ts'
import type { LocalWorkload } from '../stats/local-workload.ts'
import type { StatsStore } from '../stats/stats-store.ts'
import { compileSocket, secretNames } from '../upstream/transport-socket.ts'
import type { ChainMatch, CompiledChain, CompiledListener, InspectorRule } from './compiled-listener.ts'

/** What compilation needs of its surroundings. */
export interface ListenerDeps {
  readonly environment: FormatEnvironment
  readonly stats: StatsStore
  readonly local: LocalWorkload
  /** ECDS configurations that have arrived. */
  readonly extension: (name: string) => Any | undefined
}

/** Compiles a listener. Chains that are unchanged since `previous` are taken over as they are. */
export function compileListener(listener: Listener, previous: CompiledListener | undefined, report: Report, deps: ListenerDeps): CompiledListener {
  const direction = listener.trafficDirection === 'INBOUND' ? 'INBOUND' : listener.trafficDirection === 'OUTBOUND' ? 'OUTBOUND' : 'UNSPECIFIED'
  const context: NetworkContext = {
    direction,
    statPrefix: listener.statPrefix ?? listener.name ?? '',
    environment: deps.environment,
    stats: deps.stats,
    local: deps.local,
    listenerLogs: compileAccessLogs(listener.accessLog, 'accessLog', report, deps.environment),
    extension: deps.extension,
    compileRoutes: (config, into) => compileRoutes(config, into, { environment: deps.environment, perFilter: compilePerRoute }),
  }
  const sameFrame = previous !== undefined && sameValue(previous.wire.accessLog, listener.accessLog) && previous.extensions.size === 0
  const known = sameFrame ? [...previous.chains, ...(previous.fallback ? [previous.fallback] : [])] : []
  const compileOne = (chain: FilterChain, path: string): CompiledChain => known.find((candidate) => sameValue(candidate.wire, chain)) ?? compileChain(chain, path, context, report)
  const chains = (listener.filterChains ?? []).map((chain, i) => compileOne(chain, `filterChains[${i}]`))
  const fallback = listener.defaultFilterChain ? compileOne(listener.defaultFilterChain, 'defaultFilterChain') : undefined
  if (listener.filterChainMatcher) noteBadField(report, 'filterChainMatcher', 'matcher trees are not supported')
  checkChains(chains, report)
  const all = fallback ? [...chains, fallback] : chains
  const addresses = [listener.address, ...(listener.additionalAddresses ?? []).map((extra) => extra.address)].flatMap((address) => socketAddress(address) ?? [])
  if (addresses.length === 0 && !listener.internalListener) noteBadField(report, 'address', 'a listener needs a socket address')
  const inspectors = compileInspectors(listener.listenerFilters ?? [], report)
  return {
    name: listener.name ?? '',
    addresses,
    direction,
    bind: listener.bindToPort !== false && listener.internalListener === undefined,
    // Envoy's default is true; the mesh on one machine says false, so that a second owner of a port is an error.
    reusePort: listener.enableReusePort === true,
    backlog: listener.tcpBacklogSize ?? 1024,
    chains,
    fallback,
    ...inspectors,
    inspectTimeoutMs: durationMs(listener.listenerFiltersTimeout, 15_000),
    continueOnTimeout: listener.continueOnListenerFiltersTimeout === true,
    accessLogs: context.listenerLogs,
    rds: new Set(all.flatMap((chain) => [...(chain.filters.terminal?.rds.keys() ?? [])])),
    clusters: new Set(all.flatMap((chain) => [...(chain.filters.terminal?.clusters ?? [])])),
    secrets: new Set(all.flatMap((chain) => secretNames(chain.socket))),
    extensions: new Set((listener.filterChains ?? []).concat(listener.defaultFilterChain ?? []).flatMap(extensionNames)),
    fetchTimeouts: fetchTimeouts(all),
    wire: listener,
  }
}

function compileChain(chain: FilterChain, path: string, context: NetworkContext, report: Report): CompiledChain {
  return {
    name: chain.name ?? '',
    match: compileMatch(chain.filterChainMatch ?? {}, `${path}.filterChainMatch`, report),
    filters: compileNetworkFilters(chain.filters, context, `${path}.filters`, report),
    socket: compileSocket(chain.transportSocket, 'server', `${path}.transportSocket`, report),
    handshakeTimeoutMs: durationMs(chain.transportSocketConnectTimeout, 15_000) || 15_000,
    wire: chain,
  }
}

function compileMatch(match: FilterChainMatch, path: string, report: Report): ChainMatch {
  const ranges = (list: readonly { readonly addressPrefix?: string; readonly prefixLen?: number }[] | undefined): readonly Cidr[] =>
    (list ?? []).flatMap((range) => {
      const cidr = parseCidr(`${range.addressPrefix ?? ''}/${range.prefixLen ?? 0}`)
      if (!cidr) noteBadField(report, path, `${range.addressPrefix ?? ''}/${range.prefixLen ?? 0} is not an address range`)
      return cidr ?? []
    })
  return {
    port: match.destinationPort,
    ranges: ranges(match.prefixRanges),
    serverNames: (match.serverNames ?? []).map((name) => asciiLower(name.startsWith('*') ? name.slice(1) : name)),
    transport: match.transportProtocol ?? '',
    alpn: match.applicationProtocols ?? [],
    directSourceRanges: ranges(match.directSourcePrefixRanges),
    sourceType: match.sourceType === 'SAME_IP_OR_LOOPBACK' || match.sourceType === 'EXTERNAL' ? match.sourceType : 'ANY',
    sourceRanges: ranges(match.sourcePrefixRanges),
    sourcePorts: match.sourcePorts ?? [],
  }
}

/** Two chains with the same match would hide each other. */
function checkChains(chains: readonly CompiledChain[], report: Report): void {
  for (const [i, chain] of chains.entries()) {
    for (const other of chains.slice(0, i)) if (sameValue(chain.match, other.match)) report.problems.push(duplicateChain(report.where, chain.name))
  }
}

function compileInspectors(filters: readonly ListenerFilter[], report: Report): { readonly tlsInspector: InspectorRule | undefined; readonly httpInspector: InspectorRule | undefined } {
  let tlsInspector: InspectorRule | undefined
  let httpInspector: InspectorRule | undefined
  for (const [i, filter] of filters.entries()) {
    const type = filter.typedConfig ? openAny(filter.typedConfig).type : ''
    const rule: InspectorRule = { disabledFor: portPredicate(filter.filterDisabled) }
    switch (type) {
      case 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': tlsInspector = rule; break
      case 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': httpInspector = rule; break
      // The destination is what the socket says: there is no capture in front of this proxy.
      case 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst':
      case 'envoy.extensions.filters.listener.original_src.v3.OriginalSrc': break
      default: noteUnknown(report, `listenerFilters[${i}]`, filter.name ?? '', type)
    }
  }
  return { tlsInspector, httpInspector }
}

/** A ListenerFilterChainMatchPredicate over the destination port. */
function portPredicate(predicate: ListenerFilter['filterDisabled']): (port: number) => boolean {
  if (!predicate) return () => false
  if (predicate.anyMatch !== undefined) return () => predicate.anyMatch === true
  if (predicate.destinationPortRange) {
    const { start = 0, end = 0 } = predicate.destinationPortRange
    return (port) => port >= start && port < end
  }
  if (predicate.notMatch) {
    const inner = portPredicate(predicate.notMatch)
    return (port) => !inner(port)
  }
  if (predicate.orMatch) {
    const rules = (predicate.orMatch.rules ?? []).map(portPredicate)
    return (port) => rules.some((rule) => rule(port))
  }
  if (predicate.andMatch) {
    const rules = (predicate.andMatch.rules ?? []).map(portPredicate)
    return (port) => rules.every((rule) => rule(port))
  }
  return () => false
}

function fetchTimeouts(chains: readonly CompiledChain[]): ReadonlyMap<string, number> {
  const out = new Map<string, number>()
  for (const { socket, filters } of chains) {
    for (const [route, timeoutMs] of filters.terminal?.rds ?? []) out.set(`route/${route}`, timeoutMs)
    if (socket.kind === 'tls') for (const name of secretNames(socket)) out.set(`secret/${name}`, socket.initialFetchTimeoutMs)
  }
  return out
}

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

/** ECDS names in a chain: of network filters and of the HTTP filters inside. */
function extensionNames(chain: FilterChain): readonly string[] {
  return (chain.filters ?? []).flatMap((filter) => {
    const own = filter.configDiscovery ? [filter.name ?? ''] : []
    const inner = (unpack(filter.typedConfig, HCM)?.httpFilters ?? []).flatMap((http) => (http.configDiscovery && !http.configDiscovery.defaultConfig ? [http.name ?? ''] : []))
    return [...own, ...inner]
  })
}

/** Compiles a lone listener into a fresh list of findings; for tests and tools. */
export function compileListenerAlone(listener: Listener, deps: ListenerDeps): { readonly listener: CompiledListener; readonly problems: Report['problems'] } {
  const report = reportOn('Listener', listener.name ?? '', [])
  return { listener: compileListener(listener, undefined, report, deps), problems: report.problems }
}
