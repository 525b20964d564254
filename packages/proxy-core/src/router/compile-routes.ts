/** RouteConfiguration -> RouteTable. */
import { compileHeaderEdits } from '../headers/header-edits.ts'
import { compileHeaderMatcher, compileQueryMatcher } from '../match/header-matcher.ts'
import { compileRegex, type Regex } from '../match/regex.ts'
import { asciiLower } from '../match/string-matcher.ts'
import { compileMetadataMatcher } from '../match/metadata-matcher.ts'
import { duplicateDomain } from '../diagnostics.ts'
import { runtimeFraction } from '../config/scalars.ts'
import { noteBadField, type Report } from '../config/report.ts'
import { isRecord, type Route, type RouteConfiguration, type RouteMatch, type VirtualHost, type WireMetadata } from '../config/wire.ts'
import { compileAction } from './compile-action.ts'
import { compilePerFilter, NO_SETTINGS, type RouteDeps } from './per-filter.ts'
import type { CompiledRoute, CompiledVirtualHost, PathMatch, RouteTable } from './route-table.ts'

/** Compiles a whole table; findings go to the report, and the caller drops the result if there are any. */
export function compileRoutes(config: RouteConfiguration, report: Report, deps: RouteDeps): RouteTable {
  const exact = new Map<string, CompiledVirtualHost>()
  const suffixes: [string, CompiledVirtualHost][] = []
  const prefixes: [string, CompiledVirtualHost][] = []
  const clusters = new Set<string>()
  const table: { -readonly [K in keyof RouteTable]: RouteTable[K] } = {
    name: config.name ?? '',
    exact,
    suffixes,
    prefixes,
    fallback: undefined,
    ignorePort: config.ignorePortInHostMatching === true,
    requestEdits: compileHeaderEdits(config.requestHeadersToAdd, config.requestHeadersToRemove, 'requestHeadersToAdd', report, deps.environment),
    responseEdits: compileHeaderEdits(config.responseHeadersToAdd, config.responseHeadersToRemove, 'responseHeadersToAdd', report, deps.environment),
    mostSpecificEditsWin: config.mostSpecificHeaderMutationsWins === true,
    perFilter: compilePerFilter(config.typedPerFilterConfig, NO_SETTINGS, '', report, deps),
    clusters,
  }
  for (const [i, host] of (config.virtualHosts ?? []).entries()) {
    const compiled = compileVirtualHost(host, `virtualHosts[${i}]`, table, clusters, report, deps)
    for (const domain of host.domains ?? []) {
      const name = asciiLower(domain)
      const taken = name === '*' ? table.fallback !== undefined
        : name.startsWith('*') ? suffixes.some(([suffix]) => suffix === name.slice(1))
          : name.endsWith('*') ? prefixes.some(([prefix]) => prefix === name.slice(0, -1))
            : exact.has(name)
      if (taken) report.problems.push(duplicateDomain(report.where, domain))
      else if (name === '*') table.fallback = compiled
      else if (name.startsWith('*')) suffixes.push([name.slice(1), compiled])
      else if (name.endsWith('*')) prefixes.push([name.slice(0, -1), compiled])
      else exact.set(name, compiled)
    }
  }
  const longestFirst = (a: readonly [string, unknown], b: readonly [string, unknown]): number => b[0].length - a[0].length
  suffixes.sort(longestFirst)
  prefixes.sort(longestFirst)
  return table
}

function compileVirtualHost(host: VirtualHost, path: string, table: RouteTable, clusters: Set<string>, report: Report, deps: RouteDeps): CompiledVirtualHost {
  const routes: CompiledRoute[] = []
  const compiled: CompiledVirtualHost = {
    name: host.name ?? '',
    routes,
    requireTls: host.requireTls === 'ALL' ? 'ALL' : host.requireTls === 'EXTERNAL_ONLY' ? 'EXTERNAL_ONLY' : 'NONE',
    includeAttemptCount: host.includeRequestAttemptCount === true,
    includeAttemptCountInResponse: host.includeAttemptCountInResponse === true,
    requestEdits: compileHeaderEdits(host.requestHeadersToAdd, host.requestHeadersToRemove, `${path}.requestHeadersToAdd`, report, deps.environment),
    responseEdits: compileHeaderEdits(host.responseHeadersToAdd, host.responseHeadersToRemove, `${path}.responseHeadersToAdd`, report, deps.environment),
    perFilter: compilePerFilter(host.typedPerFilterConfig, table.perFilter, path, report, deps),
  }
  if (!host.domains?.length) noteBadField(report, `${path}.domains`, 'a virtual host needs a domain')
  for (const [i, route] of (host.routes ?? []).entries()) routes.push(compileRoute(route, `${path}.routes[${i}]`, host, compiled, table, clusters, report, deps))
  return compiled
}

function compileRoute(route: Route, path: string, host: VirtualHost, virtualHost: CompiledVirtualHost, table: RouteTable, clusters: Set<string>, report: Report, deps: RouteDeps): CompiledRoute {
  const match = route.match ?? {}
  const perFilter = compilePerFilter(route.typedPerFilterConfig, virtualHost.perFilter, path, report, deps)
  return {
    name: route.name ?? '',
    match: compilePathMatch(match, `${path}.match`, report),
    headers: (match.headers ?? []).map((header, i) => compileHeaderMatcher(header, `${path}.match.headers[${i}]`, report)),
    query: (match.queryParameters ?? []).map((query, i) => compileQueryMatcher(query, `${path}.match.queryParameters[${i}]`, report)),
    fraction: runtimeFraction(match.runtimeFraction, 1),
    grpcOnly: match.grpc !== undefined,
    metadata: (match.dynamicMetadata ?? []).map((matcher, i) => compileMetadataMatcher(matcher, `${path}.match.dynamicMetadata[${i}]`, report)),
    action: compileAction(route, path, host, perFilter, clusters, report, deps),
    requestEdits: compileHeaderEdits(route.requestHeadersToAdd, route.requestHeadersToRemove, `${path}.requestHeadersToAdd`, report, deps.environment),
    responseEdits: compileHeaderEdits(route.responseHeadersToAdd, route.responseHeadersToRemove, `${path}.responseHeadersToAdd`, report, deps.environment),
    perFilter,
    from: originOf(route.metadata),
    filterMetadata: route.metadata?.filterMetadata ?? {},
    virtualHost,
    table,
  }
}

function compilePathMatch(match: RouteMatch, path: string, report: Report): PathMatch {
  const caseSensitive = match.caseSensitive !== false
  const fold = (text: string): string => (caseSensitive ? text : asciiLower(text))
  if (match.prefix !== undefined) return match.prefix === '/' ? { kind: 'any' } : { kind: 'prefix', prefix: fold(match.prefix), caseSensitive }
  if (match.path !== undefined) return { kind: 'exact', path: fold(match.path), caseSensitive }
  if (match.pathSeparatedPrefix !== undefined) return { kind: 'separated', prefix: fold(match.pathSeparatedPrefix), caseSensitive }
  if (match.safeRegex !== undefined) return regexMatch('regex', compileRegex(match.safeRegex.regex ?? '', `${path}.safeRegex`, report))
  if (match.connectMatcher !== undefined) return { kind: 'connect' }
  if (match.pathMatchPolicy !== undefined) {
    const template = match.pathMatchPolicy.typedConfig?.['pathTemplate']
    if (typeof template === 'string') return regexMatch('template', compileRegex(templateRegex(template), `${path}.pathMatchPolicy`, report))
  }
  noteBadField(report, path, 'the match has no path specifier')
  return { kind: 'any' }
}

const regexMatch = (kind: 'regex' | 'template', regex: Regex | undefined): PathMatch => ({ kind, regex: regex ?? { matches: () => false, replaceAll: (text) => text } })

/** A URI template (`/{a}/*` with `{x=**}`) as a regular expression. @see envoy.extensions.path.match.uri_template.v3 */
export const templateRegex = (template: string): string =>
  template.replace(/\{[^{}=]+(?:=([^{}]*))?\}|\*\*|\*|[^*{}]+/g, (part, inner: string | undefined) => {
    if (part.startsWith('{')) return inner === undefined ? '[^/]+' : templateRegex(inner)
    if (part === '**') return '.*'
    return part === '*' ? '[^/]+' : part.replace(/[.+?^$()|[\]\\]/g, '\\$&')
  })

/** The user's rule behind a resource: our own provenance id, else Istio's config path. */
export function originOf(metadata: WireMetadata | undefined): string {
  const own = metadata?.filterMetadata?.['istio-ts.dev']
  if (isRecord(own) && typeof own['from'] === 'string') return own['from']
  const istio = metadata?.filterMetadata?.['istio']
  return isRecord(istio) && typeof istio['config'] === 'string' ? istio['config'] : ''
}
