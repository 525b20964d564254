/** What a route does: forward, redirect or answer. */
import { compileHeaderEdits } from '../headers/header-edits.ts'
import { compileHeaderMatcher } from '../match/header-matcher.ts'
import { compileRegex } from '../match/regex.ts'
import { asciiLower } from '../match/string-matcher.ts'
import { durationMs, runtimeFraction, wideInteger } from '../config/scalars.ts'
import { noteBadField, type Report } from '../config/report.ts'
import { isRecord, type DataSource, type RedirectAction, type RegexMatchAndSubstitute, type RetryPolicy, type Route, type RouteAction, type VirtualHost, type WireMetadata } from '../config/wire.ts'
import { compilePerFilter, type RouteDeps } from './per-filter.ts'
import type { HashPolicy } from './hash-policy.ts'
import { parseRetryOn } from './retry-on.ts'
import type { ClusterTarget, CompiledAction, CompiledRetry, FilterSettings, ForwardAction, HostRewrite, Mirror, PathRewrite, RedirectResponse, RouteUpgrade, WeightedChoice } from './route-table.ts'

/** Envoy's default route timeout. */
const DEFAULT_TIMEOUT_MS = 15_000

/** Compiles the action of a route and adds the clusters it names. `perFilter` is what the route says of filters; weighted choices may say more. */
export function compileAction(route: Route, path: string, host: VirtualHost, perFilter: FilterSettings, clusters: Set<string>, report: Report, deps: RouteDeps): CompiledAction {
  if (route.route) return compileForward(route.route, `${path}.route`, host, perFilter, clusters, report, deps)
  if (route.redirect) return compileRedirect(route.redirect, `${path}.redirect`, report)
  if (route.directResponse) return { kind: 'direct', status: route.directResponse.status ?? 200, body: inlineBytes(route.directResponse.body) }
  if (route.nonForwardingAction) return { kind: 'none' }
  noteBadField(report, path, 'the route has no action')
  return { kind: 'none' }
}

/** Bytes of an inline data source; file sources are not read here and count as empty. */
export function inlineBytes(source: DataSource | undefined): Uint8Array {
  if (source?.inlineString !== undefined) return new TextEncoder().encode(source.inlineString)
  return source?.inlineBytes ?? new Uint8Array()
}

function compileForward(action: RouteAction, path: string, host: VirtualHost, perFilter: FilterSettings, clusters: Set<string>, report: Report, deps: RouteDeps): ForwardAction {
  const stream = action.maxStreamDuration
  const grpcMax = action.maxGrpcTimeout
  const retry = action.retryPolicy ?? host.retryPolicy
  const mirrors = [...(action.requestMirrorPolicies ?? []), ...(action.requestMirrorPolicies?.length ? [] : host.requestMirrorPolicies ?? [])]
  for (const mirror of mirrors) if (mirror.cluster) clusters.add(mirror.cluster)
  return {
    kind: 'forward',
    target: compileTarget(action, path, perFilter, clusters, report, deps),
    timeoutMs: durationMs(action.timeout, DEFAULT_TIMEOUT_MS),
    idleTimeoutMs: action.idleTimeout === undefined ? undefined : durationMs(action.idleTimeout, 0),
    maxGrpcTimeoutMs: grpcMax === undefined ? undefined : durationMs(grpcMax, 0),
    duration: stream && {
      maxMs: durationMs(stream.maxStreamDuration, 0),
      grpcHeaderMaxMs: stream.grpcTimeoutHeaderMax === undefined ? undefined : durationMs(stream.grpcTimeoutHeaderMax, 0),
      grpcHeaderOffsetMs: durationMs(stream.grpcTimeoutHeaderOffset, 0),
    },
    rewrite: compileRewrite(action.prefixRewrite, action.regexRewrite, path, report),
    host: compileHostRewrite(action, path, report),
    appendXForwardedHost: action.appendXForwardedHost === true,
    retry: retry ? compileRetry(retry, `${path}.retryPolicy`, report) : undefined,
    mirrors: mirrors.map((mirror): Mirror => ({ cluster: mirror.cluster ?? '', fraction: runtimeFraction(mirror.runtimeFraction, 1), appendSuffix: mirror.disableShadowHostSuffixAppend !== true })),
    hashPolicies: compileHashPolicies(action),
    upgrades: new Map((action.upgradeConfigs ?? []).map((upgrade): [string, RouteUpgrade] =>
      [asciiLower(upgrade.upgradeType ?? ''), { enabled: upgrade.enabled !== false, terminate: upgrade.connectConfig !== undefined }])),
    clusterNotFoundCode: action.clusterNotFoundResponseCode === 'NOT_FOUND' ? 404 : action.clusterNotFoundResponseCode === 'INTERNAL_SERVER_ERROR' ? 500 : 503,
    metadataMatch: lbMetadata(action.metadataMatch),
  }
}

function compileTarget(action: RouteAction, path: string, perFilter: FilterSettings, clusters: Set<string>, report: Report, deps: RouteDeps): ClusterTarget {
  if (action.cluster !== undefined) {
    clusters.add(action.cluster)
    return { kind: 'cluster', name: action.cluster }
  }
  if (action.weightedClusters) {
    const choices = (action.weightedClusters.clusters ?? []).map((choice, i): WeightedChoice => {
      const name = choice.name ?? ''
      clusters.add(name)
      const at = `${path}.weightedClusters.clusters[${i}]`
      return {
        name,
        weight: choice.weight ?? 0,
        requestEdits: compileHeaderEdits(choice.requestHeadersToAdd, choice.requestHeadersToRemove, `${at}.requestHeadersToAdd`, report, deps.environment),
        responseEdits: compileHeaderEdits(choice.responseHeadersToAdd, choice.responseHeadersToRemove, `${at}.responseHeadersToAdd`, report, deps.environment),
        perFilter: compilePerFilter(choice.typedPerFilterConfig, perFilter, at, report, deps),
        hostRewrite: choice.hostRewriteLiteral,
        metadataMatch: lbMetadata(choice.metadataMatch),
      }
    })
    const total = choices.reduce((sum, choice) => sum + choice.weight, 0)
    if (total === 0) noteBadField(report, `${path}.weightedClusters`, 'the weights add to 0')
    return { kind: 'weighted', total, choices }
  }
  if (action.clusterHeader !== undefined) return { kind: 'header', header: asciiLower(action.clusterHeader) }
  noteBadField(report, path, 'the action names no cluster')
  return { kind: 'cluster', name: '' }
}

const lbMetadata = (metadata: WireMetadata | undefined): Readonly<Record<string, unknown>> | undefined => {
  const wanted = metadata?.filterMetadata?.['envoy.lb']
  return isRecord(wanted) ? wanted : undefined
}

function compileRewrite(prefix: string | undefined, regex: RegexMatchAndSubstitute | undefined, path: string, report: Report): PathRewrite | undefined {
  if (prefix !== undefined && prefix !== '') return { kind: 'prefix', replacement: prefix }
  if (!regex) return undefined
  const compiled = compileRegex(regex.pattern?.regex ?? '', `${path}.regexRewrite.pattern`, report)
  return compiled ? { kind: 'regex', regex: compiled, substitution: regex.substitution ?? '' } : undefined
}

function compileHostRewrite(action: RouteAction, path: string, report: Report): HostRewrite | undefined {
  if (action.hostRewriteLiteral !== undefined && action.hostRewriteLiteral !== '') return { kind: 'literal', host: action.hostRewriteLiteral }
  if (action.autoHostRewrite === true) return { kind: 'auto' }
  if (action.hostRewriteHeader !== undefined && action.hostRewriteHeader !== '') return { kind: 'header', header: asciiLower(action.hostRewriteHeader) }
  if (!action.hostRewritePathRegex) return undefined
  const regex = compileRegex(action.hostRewritePathRegex.pattern?.regex ?? '', `${path}.hostRewritePathRegex.pattern`, report)
  return regex ? { kind: 'path', regex, substitution: action.hostRewritePathRegex.substitution ?? '' } : undefined
}

function compileRetry(policy: RetryPolicy, path: string, report: Report): CompiledRetry {
  const base = durationMs(policy.retryBackOff?.baseInterval, 25)
  return {
    on: parseRetryOn(policy.retryOn ?? ''),
    attempts: policy.numRetries ?? 1,
    perTryTimeoutMs: durationMs(policy.perTryTimeout, 0),
    perTryIdleTimeoutMs: durationMs(policy.perTryIdleTimeout, 0),
    statusCodes: new Set(policy.retriableStatusCodes ?? []),
    retriableHeaders: (policy.retriableHeaders ?? []).map((header, i) => compileHeaderMatcher(header, `${path}.retriableHeaders[${i}]`, report)),
    retriableRequestHeaders: (policy.retriableRequestHeaders ?? []).map((header, i) => compileHeaderMatcher(header, `${path}.retriableRequestHeaders[${i}]`, report)),
    // 25 ms and ten times the base are Envoy's defaults.
    baseIntervalMs: base,
    maxIntervalMs: durationMs(policy.retryBackOff?.maxInterval, base * 10),
    avoidPreviousHosts: (policy.retryHostPredicate ?? []).some((predicate) => predicate.name === 'envoy.retry_host_predicates.previous_hosts'),
    hostSelectionAttempts: wideInteger(policy.hostSelectionRetryMaxAttempts, 1),
  }
}

function compileHashPolicies(action: RouteAction): readonly HashPolicy[] {
  const out: HashPolicy[] = []
  for (const policy of action.hashPolicy ?? []) {
    const terminal = policy.terminal === true
    if (policy.header) out.push({ kind: 'header', key: asciiLower(policy.header.headerName ?? ''), terminal })
    else if (policy.cookie) {
      out.push({
        kind: 'cookie', key: policy.cookie.name ?? '', terminal, cookiePath: policy.cookie.path ?? '',
        ...(policy.cookie.ttl === undefined ? {} : { cookieTtlSeconds: durationMs(policy.cookie.ttl, 0) / 1000 }),
        cookieAttributes: (policy.cookie.attributes ?? []).map(({ name = '', value = '' }) => (value === '' ? name : `${name}=${value}`)),
      })
    } else if (policy.connectionProperties?.sourceIp === true) out.push({ kind: 'source-ip', key: '', terminal })
    else if (policy.queryParameter) out.push({ kind: 'query', key: policy.queryParameter.name ?? '', terminal })
    else if (policy.filterState) out.push({ kind: 'filter-state', key: policy.filterState.key ?? '', terminal })
  }
  return out
}

const REDIRECT_CODES: Readonly<Record<string, number>> = { MOVED_PERMANENTLY: 301, FOUND: 302, SEE_OTHER: 303, TEMPORARY_REDIRECT: 307, PERMANENT_REDIRECT: 308 }

function compileRedirect(action: RedirectAction, path: string, report: Report): RedirectResponse {
  return {
    kind: 'redirect',
    code: REDIRECT_CODES[action.responseCode ?? 'MOVED_PERMANENTLY'] ?? 301,
    scheme: action.httpsRedirect === true ? 'https' : action.schemeRedirect ? asciiLower(action.schemeRedirect) : undefined,
    host: action.hostRedirect || undefined,
    port: action.portRedirect || undefined,
    path: action.pathRedirect || undefined,
    rewrite: compileRewrite(action.prefixRewrite, action.regexRewrite, path, report),
    stripQuery: action.stripQuery === true,
  }
}

