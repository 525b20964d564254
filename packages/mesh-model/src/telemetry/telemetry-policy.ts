/** What proxies report where no Telemetry resource speaks: the mesh's defaults. @see istio pilot/pkg/model/telemetry.go */
import type { MeshConfig } from '@istio-ts/api-types'
import type { AccessLog, AccessLogFormat, CustomTag, Metrics, TelemetryPolicy, Tracing } from '../view/telemetry-policy.ts'

/** Percent of requests traced unless told otherwise (PILOT_TRACE_SAMPLING). */
const DEFAULT_SAMPLING = 1

type Provider = MeshConfig['extensionProviders'][number]

/** Access logs, metrics and traces by MeshConfig alone. */
export function defaultTelemetry(mesh: MeshConfig): TelemetryPolicy {
  const { accessLogging = [], metrics = [], tracing = [] } = mesh.defaultProviders
  return {
    accessLogs: accessLogging.length > 0 ? accessLogging.flatMap((name) => accessLog(providerOf(mesh, name))) : meshAccessLog(mesh),
    metrics: metrics.flatMap((name) => metricsOf(providerOf(mesh, name))),
    clientTracing: tracingOf(mesh, tracing[0]),
    serverTracing: tracingOf(mesh, tracing[0]),
  }
}

const providerOf = (mesh: MeshConfig, name: string): Provider | undefined => mesh.extensionProviders.find((provider) => provider.name === name)

function meshAccessLog(mesh: MeshConfig): readonly AccessLog[] {
  if (mesh.accessLogFile === '') return []
  return [{ provider: 'envoy', modes: ['client', 'server'], sink: { kind: 'file', path: mesh.accessLogFile, format: meshFormat(mesh), omitEmptyValues: false }, from: [] }]
}

function meshFormat(mesh: MeshConfig): AccessLogFormat {
  const text = mesh.accessLogFormat
  if (mesh.accessLogEncoding !== 'JSON') return text === '' ? { kind: 'default' } : { kind: 'text', text }
  const labels = text === '' ? undefined : jsonObject(text)
  return labels ? { kind: 'json', labels } : { kind: 'json' }
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** The sink of a provider for both directions; nothing if it is none for access logs. */
export function accessLog(provider: Provider | undefined): readonly AccessLog[] {
  const common = { provider: provider?.name ?? '', modes: ['client', 'server'] as const, from: [] }
  const file = provider?.envoyFileAccessLog
  if (file) {
    const { text, labels } = file.logFormat ?? {}
    const format: AccessLogFormat = labels ? { kind: 'json', ...(Object.keys(labels).length > 0 ? { labels } : {}) } : text === undefined || text === '' ? { kind: 'default' } : { kind: 'text', text }
    return [{ ...common, sink: { kind: 'file', path: file.path ?? '/dev/stdout', format, omitEmptyValues: file.omitEmptyValues ?? false } }]
  }
  const remote = provider?.envoyHttpAls ? ({ kind: 'grpc-http', settings: provider.envoyHttpAls } as const)
    : provider?.envoyTcpAls ? ({ kind: 'grpc-tcp', settings: provider.envoyTcpAls } as const)
      : provider?.envoyOtelAls ? ({ kind: 'otel', settings: provider.envoyOtelAls } as const) : undefined
  if (!remote) return []
  return [{ ...common, sink: { kind: remote.kind, service: hostOf(remote.settings.service), port: remote.settings.port ?? 0, options: { ...remote.settings } } }]
}

/** `namespace/host` or `host`. */
const hostOf = (service: string | undefined): string => (service ?? '').split('/').at(-1) ?? ''

/** Standard metrics; only the Prometheus and Stackdriver providers make them. */
export const metricsOf = (provider: Provider | undefined): readonly Metrics[] =>
  provider?.name !== undefined && (provider.prometheus || provider.stackdriver) ? [{ provider: provider.name, clientDisabled: false, serverDisabled: false, overrides: [], from: [] }] : []

const TRACERS = ['zipkin', 'lightstep', 'datadog', 'stackdriver', 'opencensus', 'skywalking', 'opentelemetry'] as const

/** Tracing settings with the named provider; spans are made in any case, so that ids are passed on. */
export function tracingOf(mesh: MeshConfig, providerName: string | undefined): Tracing {
  const provider = providerName === undefined ? undefined : providerOf(mesh, providerName)
  const kind = provider && TRACERS.find((name) => provider[name] !== undefined)
  const legacy = mesh.defaultConfig.tracing
  const maxPathTagLength = maxTagLength(provider && kind ? provider[kind] : undefined) ?? legacy?.maxPathTagLength
  return {
    samplingPercent: legacy?.sampling ?? DEFAULT_SAMPLING,
    disableSpanReporting: !mesh.enableTracing,
    ...(provider && kind ? { provider: { name: providerName ?? '', kind, options: { ...provider[kind] } } } : {}),
    customTags: Object.entries(legacy?.customTags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, tag]) => customTag(name, tag)),
    ...(maxPathTagLength === undefined ? {} : { maxPathTagLength }),
    enableIstioTags: legacy?.enableIstioTags ?? true,
    disableContextPropagation: false,
    useRequestIdForSampling: true,
    from: [],
  }
}

/** Most kinds of providers limit the length of tags. */
const maxTagLength = (settings: object | undefined): number | undefined =>
  settings && 'maxTagLength' in settings && typeof settings.maxTagLength === 'number' ? settings.maxTagLength : undefined

type ApiTag = NonNullable<NonNullable<MeshConfig['defaultConfig']['tracing']>['customTags']>[string]

function customTag(name: string, tag: ApiTag): readonly CustomTag[] {
  const named = (kind: 'environment' | 'header', source: { readonly name?: string; readonly defaultValue?: string }): CustomTag =>
    ({ name, value: { kind, name: source.name ?? '', ...(source.defaultValue === undefined ? {} : { defaultValue: source.defaultValue }) } })
  if (tag.literal) return [{ name, value: { kind: 'literal', value: tag.literal.value ?? '' } }]
  if (tag.environment) return [named('environment', tag.environment)]
  return tag.header ? [named('header', tag.header)] : []
}
