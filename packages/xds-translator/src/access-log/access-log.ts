/** Access loggers of HTTP connection managers, TCP proxies and listeners. */
import type { AccessLog, TelemetryMode, TelemetryPolicy } from '@istio-ts/mesh-model'
import { outboundCluster } from '../names/cluster-name.ts'
import { present, typed, type AnyMessage, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'
import { fileFormat } from './format.ts'

/** Where a logger stands: at requests or connections, at the HTTP proxy port of a local mesh, or at connections that no filter chain took. */
export type LogPlace = 'traffic' | 'proxy-port' | 'listener'

/** `accessLog` of a place; undefined when nothing is logged. Sorted by provider, as Istio does. */
export function accessLogs(policy: TelemetryPolicy, mode: TelemetryMode, place: LogPlace): readonly Message[] | undefined {
  const loggers = policy.accessLogs
    .filter((log) => log.modes.includes(mode))
    .map((log) => present({ ...sinkOf(log), filter: filter(log.filter, place) }))
  return loggers.length === 0 ? undefined : loggers
}

/**
 * Marks a CONNECT that is handed to one of the workload's own listeners. The route sets it, and it goes nowhere: the listener gets the
 * payload alone.
 */
export const HANDED_ON = 'x-istio-ts-handed-on'

/** A filter that takes what at least one of them takes. */
const anyOf = (...filters: readonly Message[]): Message => ({ orFilter: { filters } })

/** Not established. Flags do not tell: a tunnel that its client closes in peace has DC in Envoy. */
const FAILED: Message = { statusCodeFilter: { comparison: { op: 'NE', value: { defaultValue: 200, runtimeKey: 'access_log.connect.established' } } } }

/**
 * A call through CONNECT is one line: that of the listener it is handed to, which knows what was called. The CONNECT itself is logged when
 * it fails, or goes to a host outside the mesh, where nobody else would log it. Istio's own tunnel listeners (HBONE) log the same way.
 */
const NOT_HANDED_ON: Message = anyOf(
  { headerFilter: { header: { name: ':method', stringMatch: { exact: 'CONNECT' }, invertMatch: true } } },
  { headerFilter: { header: { name: HANDED_ON, presentMatch: true, invertMatch: true } } },
  FAILED,
)

/** What a place leaves to the loggers of others. A listener logs only what no filter chain took (flag NR): the rest has loggers of its own. */
const OWN_LINES: Readonly<Record<LogPlace, Message | undefined>> = { traffic: undefined, 'proxy-port': NOT_HANDED_ON, listener: { responseFlagFilter: { flags: ['NR'] } } }

function filter(expression: string | undefined, place: LogPlace): Message | undefined {
  const cel: Message | undefined = expression === undefined || expression === '' ? undefined : {
    extensionFilter: extension('envoy.access_loggers.extension_filters.cel', typed('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression })),
  }
  const own = OWN_LINES[place]
  if (own === undefined || cel === undefined) return own ?? cel
  return { andFilter: { filters: [own, cel] } }
}

/** Request loggers take connections too, and the other way round: a collector gets what there is. */
function sinkOf({ sink }: AccessLog): Message {
  switch (sink.kind) {
    case 'file':
      return extension('envoy.access_loggers.file', typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path: sink.path, logFormat: fileFormat(sink.format, sink.omitEmptyValues) }))
    case 'grpc-http':
      return extension('envoy.access_loggers.http_grpc', httpGrpc(sink))
    case 'grpc-tcp':
      return extension('envoy.tcp_grpc_access_log', typed('envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig', { commonConfig: common(sink, 'tcp_envoy_accesslog') }))
    default:
      return extension('envoy.access_loggers.open_telemetry', openTelemetry(sink))
  }
}

type GrpcSink = Exclude<AccessLog['sink'], { kind: 'file' }>

/** What peers told about themselves, for collectors. */
const PEER_STATE = ['upstream_peer', 'downstream_peer', 'wasm.upstream_peer', 'wasm.upstream_peer_id', 'wasm.downstream_peer', 'wasm.downstream_peer_id']

const common = (sink: GrpcSink, defaultName: string): Message => ({
  logName: string(sink.options['logName']) || defaultName,
  transportApiVersion: 'V3',
  grpcService: { envoyGrpc: { clusterName: outboundCluster(sink.service, sink.port), authority: sink.service } },
  filterStateObjectsToLog: strings(sink.options['filterStateObjectsToLog']) ?? PEER_STATE,
})

const httpGrpc = (sink: GrpcSink): AnyMessage => typed('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig', present({
  commonConfig: common(sink, 'http_envoy_accesslog'),
  additionalRequestHeadersToLog: strings(sink.options['additionalRequestHeadersToLog']),
  additionalResponseHeadersToLog: strings(sink.options['additionalResponseHeadersToLog']),
  additionalResponseTrailersToLog: strings(sink.options['additionalResponseTrailersToLog']),
}))

function openTelemetry(sink: GrpcSink): AnyMessage {
  const format = record(sink.options['logFormat'])
  const labels = Object.entries(record(format['labels'])).sort(([a], [b]) => (a < b ? -1 : 1))
  return typed('envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig', present({
    commonConfig: common(sink, 'otel_envoy_accesslog'),
    disableBuiltinLabels: true,
    body: { stringValue: string(format['text']) || DEFAULT_OTEL_BODY },
    attributes: labels.length === 0 ? undefined : { values: labels.map(([key, value]) => ({ key, value: { stringValue: String(value) } })) },
  }))
}

/** Without a body format the default line, without its line break. */
const DEFAULT_OTEL_BODY = '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%'

const string = (value: unknown): string => (typeof value === 'string' ? value : '')
const strings = (value: unknown): readonly string[] | undefined => (Array.isArray(value) && value.length > 0 ? value.filter((item): item is string => typeof item === 'string') : undefined)
const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})
