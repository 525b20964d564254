/** Tracing providers of MeshConfig `extensionProviders`. */
import { parseDuration } from '@istio-ts/foundation'
import type { ProxyClass, Tracing } from '@istio-ts/mesh-model'
import { outboundCluster } from '../names/cluster-name.ts'
import { duration } from '../wire/duration.ts'
import { present, typed, type AnyMessage, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'

type Provider = NonNullable<Tracing['provider']>

/** `provider` and what goes with it; nothing for a kind that Envoy has no tracer for. */
export function tracer({ kind, options }: Provider, proxy: ProxyClass): Message {
  const host = text(options['service']).split('/').at(-1) ?? ''
  const cluster = outboundCluster(host, Number(options['port'] ?? 0))
  switch (kind) {
    case 'zipkin':
      return { provider: extension('envoy.tracers.zipkin', zipkin(host, cluster, options)) }
    case 'datadog':
      return { provider: extension('envoy.tracers.datadog', typed('envoy.config.trace.v3.DatadogConfig', { collectorCluster: cluster, collectorHostname: host, serviceName: proxy.canonicalService })) }
    case 'skywalking':
      // SkyWalking correlates by spans of both ends.
      return { spawnUpstreamSpan: true, provider: extension('envoy.tracers.skywalking', typed('envoy.config.trace.v3.SkyWalkingConfig', { grpcService: { envoyGrpc: { clusterName: cluster, authority: host } } })) }
    case 'opentelemetry':
      return { provider: extension('envoy.tracers.opentelemetry', openTelemetry(host, cluster, options, proxy)) }
    default:
      return {}
  }
}

const zipkin = (host: string, cluster: string, options: Provider['options']): AnyMessage => typed('envoy.config.trace.v3.ZipkinConfig', present({
  collectorEndpointVersion: 'HTTP_JSON',
  collectorService: present({
    httpUri: { uri: `http://${host}${text(options['path']) || '/api/v2/spans'}`, cluster, timeout: timeout(options['timeout'], 5000) },
    requestHeadersToAdd: headers(options['headers']),
  }),
  traceId128bit: options['enable64bitTraceId'] === true ? undefined : true,
  sharedSpanContext: false,
  traceContextOption: text(options['traceContextOption']) === 'USE_B3_WITH_W3C_PROPAGATION' ? 'USE_B3_WITH_W3C_PROPAGATION' : undefined,
}))

function openTelemetry(host: string, cluster: string, options: Provider['options'], proxy: ProxyClass): AnyMessage {
  const http = options['http']
  const serviceName = `${proxy.canonicalService}.${proxy.namespace}`
  if (typeof http === 'object' && http !== null) {
    const settings: Readonly<Record<string, unknown>> = { ...http }
    return typed('envoy.config.trace.v3.OpenTelemetryConfig', present({
      serviceName,
      httpService: present({
        httpUri: { uri: `http://${host}${text(settings['path'])}`, cluster, timeout: timeout(settings['timeout'], 3000) },
        requestHeadersToAdd: headers(settings['headers']),
      }),
    }))
  }
  return typed('envoy.config.trace.v3.OpenTelemetryConfig', { serviceName, grpcService: { envoyGrpc: { clusterName: cluster, authority: host } } })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const timeout = (value: unknown, defaultMs: number): string => duration((typeof value === 'string' ? parseDuration(value) : undefined) ?? defaultMs)

function headers(value: unknown): readonly Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.map((item: unknown) => {
    const header: Readonly<Record<string, unknown>> = typeof item === 'object' && item !== null ? { ...item } : {}
    return { appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD', header: { key: text(header['name']), value: text(header['value']) } }
  })
}
