/** Access loggers compiled: which streams they take, what they print and where to. */
import { compileHeaderMatcher } from '../match/header-matcher.ts'
import { noteUnknown, type Report } from '../config/report.ts'
import { badLogFormat } from '../diagnostics.ts'
import { runtimeFraction } from '../config/scalars.ts'
import { isRecord, openAny, unpack, type AccessLog, type AccessLogFilter } from '../config/wire.ts'
import { flagOf } from '../stream/response-flags.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import { compileFormat, printFormat, type CompiledFormat, type FormatEnvironment } from './format.ts'

/** Says whether a stream is logged. */
export type LogTest = (info: StreamInfo) => boolean

/** One logger. */
export interface CompiledAccessLog {
  /** File path; `/dev/stdout` and `/dev/stderr` are the process's own streams. */
  readonly path: string
  readonly accepts: LogTest
  readonly print: (info: StreamInfo) => string
  readonly readsResponse: boolean
}

/** Istio's (and Envoy's, extended) default text format. @see istio pilot/pkg/model/telemetry_logging.go */
export const ISTIO_LOG_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% ' +
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n'

/** Envoy's own default, used when a file logger names no format. */
const ENVOY_LOG_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% ' +
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n'

/** Compiles the loggers of a list. gRPC loggers are accepted and print nothing: their service is a later feature. */
export function compileAccessLogs(logs: readonly AccessLog[] | undefined, path: string, report: Report, environment: FormatEnvironment): readonly CompiledAccessLog[] {
  return (logs ?? []).flatMap((log, i) => {
    const compiled = compileAccessLog(log, `${path}[${i}]`, report, environment)
    return compiled ? [compiled] : []
  })
}

function compileAccessLog(log: AccessLog, path: string, report: Report, environment: FormatEnvironment): CompiledAccessLog | undefined {
  const config = log.typedConfig
  const accepts = log.filter ? compileFilter(log.filter, `${path}.filter`, report) : () => true
  if (!config) {
    noteUnknown(report, path, log.name ?? '', '')
    return undefined
  }
  const { type } = openAny(config)
  if (QUIET_TYPES.has(type)) return undefined
  const target = STREAM_TYPES[type]
  const file = unpack(config, 'envoy.extensions.access_loggers.file.v3.FileAccessLog')
  if (!file && target === undefined) {
    noteUnknown(report, path, log.name ?? '', type)
    return undefined
  }
  const format = file?.logFormat ?? (isRecord(config['logFormat']) ? config['logFormat'] : undefined)
  const json = file?.logFormat?.jsonFormat ?? (isRecord(format) && isRecord(format['jsonFormat']) ? format['jsonFormat'] : undefined) ?? file?.jsonFormat
  const omit = file?.logFormat?.omitEmptyValues === true
  const where = target ?? file?.path ?? '/dev/stdout'
  if (isRecord(json)) return { path: where, accepts, ...compileJson(json, omit, path, report, environment) }
  const source = isRecord(format) ? format['textFormatSource'] : undefined
  const inline = isRecord(source) && typeof source['inlineString'] === 'string' ? source['inlineString'] : undefined
  const text = inline ?? file?.logFormat?.textFormat ?? (file?.format || ENVOY_LOG_FORMAT)
  const compiled = compileFormat(text, environment)
  for (const command of compiled.unknown) report.problems.push(badLogFormat(report.where, path, command))
  return { path: where, accepts, readsResponse: compiled.readsResponse, print: (info) => printFormat(compiled, info, omit ? '' : '-') }
}

const STREAM_TYPES: Readonly<Record<string, string>> = {
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': '/dev/stdout',
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': '/dev/stderr',
}

const QUIET_TYPES: ReadonlySet<string> = new Set([
  'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig',
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
])

interface JsonPrinter {
  readonly readsResponse: boolean
  readonly print: (info: StreamInfo) => string
}

type JsonValue = { readonly kind: 'text'; readonly format: CompiledFormat; readonly numeric: boolean } | { readonly kind: 'object'; readonly fields: readonly (readonly [string, JsonValue])[] } | { readonly kind: 'constant'; readonly value: unknown }

function compileJson(json: Readonly<Record<string, unknown>>, omit: boolean, path: string, report: Report, environment: FormatEnvironment): JsonPrinter {
  let readsResponse = false
  const compile = (value: unknown): JsonValue => {
    if (typeof value === 'string') {
      const format = compileFormat(value, environment)
      for (const command of format.unknown) report.problems.push(badLogFormat(report.where, path, command))
      readsResponse ||= format.readsResponse
      return { kind: 'text', format, numeric: NUMERIC.has(value) }
    }
    if (isRecord(value)) return { kind: 'object', fields: Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, compile(inner)] as const) }
    return { kind: 'constant', value }
  }
  const root = compile(json)
  return { readsResponse, print: (info) => `${JSON.stringify(jsonOf(root, info, omit))}\n` }
}

/** Commands whose JSON value is a number when they stand alone (Envoy keeps their type). */
const NUMERIC: ReadonlySet<string> = new Set(['%RESPONSE_CODE%', '%BYTES_RECEIVED%', '%BYTES_SENT%', '%DURATION%', '%REQUEST_DURATION%', '%RESPONSE_DURATION%', '%RESPONSE_TX_DURATION%', '%CONNECTION_ID%', '%UPSTREAM_REQUEST_ATTEMPT_COUNT%'])

function jsonOf(value: JsonValue, info: StreamInfo, omit: boolean): unknown {
  switch (value.kind) {
    case 'constant': return value.value
    case 'text': {
      const only = value.format.parts.length === 1 ? value.format.parts[0] : undefined
      if (!only) return printFormat(value.format, info, omit ? '' : '-')
      const text = only(info)
      if (text === undefined || text === '' || text === '-') return null
      return value.numeric ? Number(text) : text
    }
    case 'object': {
      const out: Record<string, unknown> = {}
      for (const [key, inner] of value.fields) {
        const made = jsonOf(inner, info, omit)
        if (!(omit && made === null)) Object.defineProperty(out, key, { value: made, enumerable: true })
      }
      return out
    }
  }
}

function compileFilter(filter: AccessLogFilter, path: string, report: Report): LogTest {
  if (filter.statusCodeFilter?.comparison) return compare(filter.statusCodeFilter.comparison, (info) => info.responseCode)
  if (filter.durationFilter?.comparison) return compare(filter.durationFilter.comparison, (info) => info.durationMs)
  if (filter.responseFlagFilter) {
    const flags = (filter.responseFlagFilter.flags ?? []).reduce((bits, name) => bits | (flagOf(name) ?? 0), 0)
    return flags === 0 ? (info) => info.flags !== 0 : (info) => (info.flags & flags) !== 0
  }
  if (filter.andFilter) {
    const tests = (filter.andFilter.filters ?? []).map((inner, i) => compileFilter(inner, `${path}.andFilter.filters[${i}]`, report))
    return (info) => tests.every((test) => test(info))
  }
  if (filter.orFilter) {
    const tests = (filter.orFilter.filters ?? []).map((inner, i) => compileFilter(inner, `${path}.orFilter.filters[${i}]`, report))
    return (info) => tests.some((test) => test(info))
  }
  if (filter.headerFilter?.header) {
    const test = compileHeaderMatcher(filter.headerFilter.header, `${path}.headerFilter.header`, report)
    return (info) => info.request !== undefined && test(info.request)
  }
  if (filter.notHealthCheckFilter) return () => true
  if (filter.traceableFilter) return () => true
  if (filter.runtimeFilter) {
    const share = runtimeFraction({ defaultValue: filter.runtimeFilter.percentSampled ?? {} }, 1)
    // Sampled by the request id, so that all loggers of a request agree.
    return (info) => sample(info.request?.get('x-request-id') ?? '') < share
  }
  // CEL expressions need an evaluator; until there is one, everything is logged rather than nothing.
  return () => true
}

function compare(comparison: { readonly op?: string | number; readonly value?: { readonly defaultValue?: number } }, read: (info: StreamInfo) => number): LogTest {
  const bound = comparison.value?.defaultValue ?? 0
  switch (comparison.op) {
    case 'GE': return (info) => read(info) >= bound
    case 'LE': return (info) => read(info) <= bound
    case 'NE': return (info) => read(info) !== bound
    default: return (info) => read(info) === bound
  }
}

function sample(id: string): number {
  const value = parseInt(id.slice(0, 8), 16)
  return Number.isNaN(value) ? 0 : value / 0x1_0000_0000
}
