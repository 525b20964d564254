/** The HTTP filters this proxy knows, and the compilation of a chain. */
import { noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { openAny, unpack, type Any, type HttpFilterConfig } from '../config/wire.ts'
import { FilterChain, type ChainLink } from '../http/filter-chain.ts'
import type { HcmContext } from '../http/hcm-context.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import type { FilterSetting } from '../router/per-filter.ts'
import { alpnFilter } from './alpn.ts'
import { corsFilter } from './cors.ts'
import { faultFilter } from './fault.ts'
import { istioStatsFilter } from './istio-stats.ts'
import { peerMetadataFilter } from './peer-metadata.ts'
import { dynamicForwardProxyFilter, grpcStatsFilter, routerFilter } from './quiet.ts'
import { rbacFilter } from './rbac.ts'

/** By feature; the order means nothing, the chain's order is the configuration's. */
const KINDS: readonly HttpFilterKind[] = [rbacFilter, faultFilter, corsFilter, alpnFilter, peerMetadataFilter, istioStatsFilter, grpcStatsFilter, dynamicForwardProxyFilter, routerFilter]

const BY_TYPE: ReadonlyMap<string, HttpFilterKind> = new Map(KINDS.flatMap((kind) => kind.types.map((type) => [type, kind] as const)))
const PER_ROUTE: ReadonlyMap<string, HttpFilterKind> = new Map(KINDS.flatMap((kind) => (kind.perRouteTypes ?? []).map((type) => [type, kind] as const)))

/** Compiles a chain. An unknown filter refuses the update unless it is optional; ECDS configurations come from `extension`. */
export function compileHttpFilters(filters: readonly HttpFilterConfig[] | undefined, context: HcmContext, extension: (name: string) => Any | undefined, path: string, report: Report): FilterChain {
  const links: ChainLink[] = []
  const list = filters ?? []
  for (const [i, filter] of list.entries()) {
    const name = filter.name ?? ''
    const at = `${path}[${i}]`
    const config = filter.typedConfig ?? (filter.configDiscovery ? extension(name) ?? filter.configDiscovery.defaultConfig : undefined)
    if (!config) {
      // ECDS that has not come: the listener warms until it does (see config/compile).
      if (!filter.configDiscovery && filter.isOptional !== true) noteBadField(report, at, `filter ${name} has no configuration`)
      continue
    }
    const { type } = openAny(config)
    const kind = BY_TYPE.get(type)
    if (!kind) {
      if (filter.isOptional !== true) noteUnknown(report, at, name, type)
      continue
    }
    const compiled = kind.compile(name, config, context, at, report)
    if (compiled) links.push({ filter: compiled, on: filter.disabled !== true })
  }
  const last = list.at(-1)
  if (!last?.typedConfig || openAny(last.typedConfig).type !== 'envoy.extensions.filters.http.router.v3.Router') noteBadField(report, path, 'the last HTTP filter must be the router')
  else if (last.disabled === true) noteBadField(report, path, 'the router cannot be disabled')
  return new FilterChain(links)
}

const FILTER_CONFIG = 'envoy.config.route.v3.FilterConfig'

/**
 * Compiles one `typed_per_filter_config` value. A configuration switches its filter on. Inside a `FilterConfig` it may be `disabled`
 * (then whatever else it holds means nothing), empty (the filter is on, with the configuration of the levels around) or optional.
 */
export function compilePerRoute(name: string, config: Any, path: string, report: Report): FilterSetting | undefined {
  const wrapped = unpack(config, FILTER_CONFIG)
  if (!wrapped) return compileOwn(name, config, path, report, false)
  if (wrapped.disabled === true) return { on: false }
  if (!wrapped.config) {
    noteBadField(report, path, `the configuration of filter ${name} is empty`)
    return undefined
  }
  if (wrapped.config['@type'] === '') return { on: true }
  return compileOwn(name, wrapped.config, `${path}.config`, report, wrapped.isOptional === true)
}

function compileOwn(name: string, config: Any, path: string, report: Report, optional: boolean): FilterSetting | undefined {
  const { type } = openAny(config)
  const kind = PER_ROUTE.get(type)
  if (kind?.compilePerRoute) return { on: true, config: kind.compilePerRoute(config, path, report) }
  // Configuration of a filter that is not in the chain has no effect in Envoy; one we do not know is refused.
  if (!BY_TYPE.has(type) && !optional) noteUnknown(report, path, name, type)
  return undefined
}
