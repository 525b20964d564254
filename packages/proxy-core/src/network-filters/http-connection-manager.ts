/** envoy.filters.network.http_connection_manager: compilation, and the hand-over of connections. */
import { parseCidr } from '@istio-ts/foundation'
import { compileAccessLogs } from '../access-log/access-log.ts'
import { durationMs } from '../config/scalars.ts'
import { noteBadField, type Report } from '../config/report.ts'
import { unpack, type HttpConnectionManager } from '../config/wire.ts'
import { compileHttpFilters } from '../http-filters/compile-filters.ts'
import type { Hcm } from '../http/hcm.ts'
import { HttpConnection } from '../http/http-connection.ts'
import type { XfccRule } from '../http/xfcc.ts'
import { asciiLower } from '../match/string-matcher.ts'
import { hcmStats } from '../stats/hcm-stats.ts'
import type { NetworkContext, NetworkFilterKind } from './network-filter.ts'

const TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

const NO_CLUSTERS: ReadonlySet<string> = new Set()

export const httpConnectionManagerFilter: NetworkFilterKind = {
  types: [TYPE],
  compile(_name, config, context, path, report) {
    const hcm = compileHcm(unpack(config, TYPE) ?? {}, context, path, report)
    return {
      kind: 'terminal',
      clusters: hcm.routes?.clusters ?? NO_CLUSTERS,
      rds: new Map(hcm.rds === '' ? [] : [[hcm.rds, hcm.rdsFetchTimeoutMs]]),
      take: ({ stream, info, runtime }, onGone) => new HttpConnection(stream, hcm, runtime, info, hcm.accessLogs, onGone),
    }
  },
}

function compileHcm(config: HttpConnectionManager, context: NetworkContext, path: string, report: Report): Hcm {
  const statPrefix = config.statPrefix ?? ''
  const own = { ...context, statPrefix }
  const common = config.commonHttpProtocolOptions
  if (!config.routeConfig && !config.rds) noteBadField(report, path, config.scopedRoutes ? 'scoped routes are not supported' : 'there are neither routes nor RDS')
  return {
    statPrefix,
    direction: context.direction,
    traced: config.tracing !== undefined,
    codec: config.codecType === 'HTTP1' ? 'HTTP1' : config.codecType === 'HTTP2' ? 'HTTP2' : 'AUTO',
    codecOptions: {
      maxHeadBytes: (config.maxRequestHeadersKb ?? 60) * 1024,
      maxHeaders: common?.maxHeadersCount ?? 100,
      // Envoy's default for streams; its windows (16 and 24 MiB) would let each client fill that much memory, so they are those of its edge advice.
      maxConcurrentStreams: config.http2ProtocolOptions?.maxConcurrentStreams ?? 1024,
      initialStreamWindow: config.http2ProtocolOptions?.initialStreamWindowSize ?? 256 * 1024,
      initialConnectionWindow: config.http2ProtocolOptions?.initialConnectionWindowSize ?? 1024 * 1024,
      acceptHttp10: config.httpProtocolOptions?.acceptHttp10 === true,
      trailers: config.httpProtocolOptions?.enableTrailers === true,
    },
    routes: config.routeConfig ? context.compileRoutes(config.routeConfig, report) : undefined,
    rds: config.routeConfig ? '' : config.rds?.routeConfigName ?? '',
    rdsFetchTimeoutMs: durationMs(config.rds?.configSource?.initialFetchTimeout, 15_000),
    filters: compileHttpFilters(config.httpFilters, own, context.extension, `${path}.httpFilters`, report),
    path: {
      normalize: config.normalizePath === true,
      mergeSlashes: config.mergeSlashes === true,
      escapedSlashes: escapedSlashes(config.pathWithEscapedSlashesAction),
    },
    serverName: config.serverName || 'envoy',
    serverHeader: config.serverHeaderTransformation === 'PASS_THROUGH' ? 'pass-through' : config.serverHeaderTransformation === 'APPEND_IF_ABSENT' ? 'append-if-absent' : 'overwrite',
    xfcc: xfccRule(config),
    useRemoteAddress: config.useRemoteAddress === true,
    xffTrustedHops: config.xffNumTrustedHops ?? 0,
    skipXffAppend: config.skipXffAppend === true,
    internalRanges: (config.internalAddressConfig?.cidrRanges ?? []).flatMap((range) => parseCidr(`${range.addressPrefix ?? ''}/${range.prefixLen ?? 0}`) ?? []),
    generateRequestId: config.generateRequestId !== false,
    preserveExternalRequestId: config.preserveExternalRequestId === true,
    respondWithRequestId: config.alwaysSetRequestIdInResponse === true,
    upgrades: new Map((config.upgradeConfigs ?? []).map((upgrade) => [asciiLower(upgrade.upgradeType ?? ''), upgrade.enabled !== false])),
    proxy100Continue: config.proxy100Continue === true,
    stripPort: config.stripAnyHostPort === true ? 'any' : config.stripMatchingHostPort === true ? 'matching' : 'no',
    stripTrailingDot: config.stripTrailingHostDot === true,
    via: config.via ?? '',
    // Five minutes is Envoy's default; Istio turns it off.
    streamIdleTimeoutMs: durationMs(config.streamIdleTimeout, 300_000),
    requestTimeoutMs: durationMs(config.requestTimeout, 0),
    // Envoy has none by default; ten seconds end a client that sends a head byte by byte.
    headersTimeoutMs: durationMs(config.requestHeadersTimeout, 10_000),
    maxStreamDurationMs: durationMs(common?.maxStreamDuration, 0),
    idleTimeoutMs: durationMs(common?.idleTimeout, 3_600_000),
    maxConnectionDurationMs: durationMs(common?.maxConnectionDuration, 0),
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? 0,
    headersWithUnderscores: common?.headersWithUnderscoresAction === 'REJECT_REQUEST' ? 'REJECT_REQUEST' : common?.headersWithUnderscoresAction === 'DROP_HEADER' ? 'DROP_HEADER' : 'ALLOW',
    accessLogs: compileAccessLogs(config.accessLog, `${path}.accessLog`, report, context.environment),
    stats: hcmStats(context.stats, statPrefix),
  }
}

function escapedSlashes(action: string | number | undefined): Hcm['path']['escapedSlashes'] {
  return action === 'REJECT_REQUEST' || action === 'UNESCAPE_AND_REDIRECT' || action === 'UNESCAPE_AND_FORWARD' ? action : 'KEEP_UNCHANGED'
}

function xfccRule(config: HttpConnectionManager): XfccRule {
  const mode = config.forwardClientCertDetails
  return {
    mode: mode === 'FORWARD_ONLY' || mode === 'APPEND_FORWARD' || mode === 'SANITIZE_SET' || mode === 'ALWAYS_FORWARD_ONLY' ? mode : 'SANITIZE',
    subject: config.setCurrentClientCertDetails?.subject === true,
    uri: config.setCurrentClientCertDetails?.uri === true,
    dns: config.setCurrentClientCertDetails?.dns === true,
  }
}
