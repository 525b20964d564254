/** The HTTP filters this proxy knows, and the compilation of a chain. */
import { noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { openAny, type Any, type HttpFilterConfig } from '../config/wire.ts'
import type { HcmContext } from '../http/hcm-context.ts'
import type { HttpFilter, HttpFilterKind } from '../http/http-filter.ts'
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
export function compileHttpFilters(filters: readonly HttpFilterConfig[] | undefined, context: HcmContext, extension: (name: string) => Any | undefined, path: string, report: Report): readonly HttpFilter[] {
  const out: HttpFilter[] = []
  const list = filters ?? []
  for (const [i, filter] of list.entries()) {
    const name = filter.name ?? ''
    const at = `${path}[${i}]`
    if (filter.disabled === true) continue
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
    if (compiled) out.push(compiled)
  }
  const last = list.at(-1)?.typedConfig
  if (!last || openAny(last).type !== 'envoy.extensions.filters.http.router.v3.Router') noteBadField(report, path, 'the last HTTP filter must be the router')
  return out
}

/** Compiles one `typed_per_filter_config` value. */
export function compilePerRoute(name: string, config: Any, path: string, report: Report): unknown {
  const opened = openAny(config)
  if (opened.type === 'envoy.config.route.v3.FilterConfig') {
    const inner = config['config']
    if (isAny(inner)) return compilePerRoute(name, inner, path, report)
    return undefined
  }
  const kind = PER_ROUTE.get(opened.type)
  if (!kind?.compilePerRoute) {
    // Configuration of a filter that is not in the chain has no effect in Envoy; one we do not know is refused.
    if (!BY_TYPE.has(opened.type)) noteUnknown(report, path, name, opened.type)
    return undefined
  }
  return kind.compilePerRoute(config, path, report)
}

const isAny = (value: unknown): value is Any => typeof value === 'object' && value !== null && '@type' in value
