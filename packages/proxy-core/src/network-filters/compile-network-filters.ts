/** The network filters this proxy knows, and the compilation of a chain. */
import { noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { openAny, type NetworkFilterConfig } from '../config/wire.ts'
import { connectionLimitFilter } from './connection-limit.ts'
import { echoFilter } from './echo.ts'
import { httpConnectionManagerFilter } from './http-connection-manager.ts'
import { networkStatsFilter } from './istio-stats.ts'
import type { CompiledChainFilters, ConnectionGate, NetworkContext, NetworkFilterKind, TerminalFilter } from './network-filter.ts'
import { metadataExchangeFilter, protocolStatsFilter, setFilterStateFilter } from './quiet.ts'
import { networkRbacFilter } from './rbac.ts'
import { sniDynamicForwardProxyFilter } from './sni-dynamic-forward-proxy.ts'
import { tcpProxyFilter } from './tcp-proxy.ts'

const KINDS: readonly NetworkFilterKind[] = [httpConnectionManagerFilter, tcpProxyFilter, networkRbacFilter, networkStatsFilter, metadataExchangeFilter, setFilterStateFilter, protocolStatsFilter, connectionLimitFilter, sniDynamicForwardProxyFilter, echoFilter]

const BY_TYPE: ReadonlyMap<string, NetworkFilterKind> = new Map(KINDS.flatMap((kind) => kind.types.map((type) => [type, kind] as const)))

/** Compiles the filters of one chain; an empty chain closes its connections (Envoy). */
export function compileNetworkFilters(filters: readonly NetworkFilterConfig[] | undefined, context: NetworkContext, path: string, report: Report): CompiledChainFilters {
  const gates: ConnectionGate[] = []
  let terminal: TerminalFilter | undefined
  for (const [i, filter] of (filters ?? []).entries()) {
    const at = `${path}[${i}]`
    const config = filter.typedConfig ?? (filter.configDiscovery ? context.extension(filter.name ?? '') : undefined)
    if (!config) {
      if (!filter.configDiscovery) noteBadField(report, at, `filter ${filter.name ?? ''} has no configuration`)
      continue
    }
    const { type } = openAny(config)
    const kind = BY_TYPE.get(type)
    if (!kind) {
      noteUnknown(report, at, filter.name ?? '', type)
      continue
    }
    if (terminal) noteBadField(report, at, 'a filter stands behind the one that ends the chain')
    const compiled = kind.compile(filter.name ?? '', config, context, at, report)
    if (compiled?.kind === 'gate') gates.push(compiled)
    else if (compiled) terminal = compiled
  }
  if ((filters ?? []).length > 0 && !terminal) noteBadField(report, path, 'no filter ends the chain')
  return { gates, terminal }
}
