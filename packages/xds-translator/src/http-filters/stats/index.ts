/** `istio.stats`: the standard metrics (`istio_requests_total` and friends), for HTTP and TCP alike. */
import type { MetricOverride, Metrics, TelemetryMode } from '@istio-ts/mesh-model'
import { duration } from '../../wire/duration.ts'
import { present, typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** Istio's metric names and those of Prometheus, in the order in which Istio writes overrides. */
const METRICS: readonly (readonly [string, string])[] = [
  ['GRPC_REQUEST_MESSAGES', 'request_messages_total'],
  ['GRPC_RESPONSE_MESSAGES', 'response_messages_total'],
  ['REQUEST_COUNT', 'requests_total'],
  ['REQUEST_DURATION', 'request_duration_milliseconds'],
  ['REQUEST_SIZE', 'request_bytes'],
  ['RESPONSE_SIZE', 'response_bytes'],
  ['TCP_CLOSED_CONNECTIONS', 'tcp_connections_closed_total'],
  ['TCP_OPENED_CONNECTIONS', 'tcp_connections_opened_total'],
  ['TCP_RECEIVED_BYTES', 'tcp_received_bytes_total'],
  ['TCP_SENT_BYTES', 'tcp_sent_bytes_total'],
]

const NAME = 'istio.stats'

/**
 * `typed_per_filter_config` of routes whose requests another listener of the same proxy counts, and counts better: it knows what is called.
 */
export const UNCOUNTED: Message = { [NAME]: typed('envoy.config.route.v3.FilterConfig', { disabled: true }) }

/**
 * One filter per metrics provider. `serverSide` (also gateways): the Host header is written by strangers there and may not become a
 * label (`disableHostHeaderFallback`).
 */
export const statsFilters = (metrics: readonly Metrics[], mode: TelemetryMode, serverSide: boolean): readonly NamedExtension[] =>
  metrics
    .filter((provider) => !(mode === 'client' ? provider.clientDisabled : provider.serverDisabled))
    .map((provider) => extension(NAME, typed('stats.PluginConfig', present({
      disableHostHeaderFallback: serverSide || undefined,
      tcpReportingDuration: provider.reportingIntervalMs === undefined ? undefined : duration(provider.reportingIntervalMs),
      metrics: overrides(provider.overrides.filter((override) => override.mode === mode)),
    }))))

function overrides(list: readonly MetricOverride[]): readonly Message[] | undefined {
  if (list.length === 0) return undefined
  const order = (metric: string): number => {
    const index = METRICS.findIndex(([name]) => name === metric)
    return index < 0 ? METRICS.length : index
  }
  return [...list].sort((a, b) => order(a.metric) - order(b.metric)).map((override) => {
    const dimensions = Object.fromEntries(override.tags.filter((tag) => !tag.remove).map((tag) => [tag.name, tag.value ?? '']))
    const removed = override.tags.filter((tag) => tag.remove).map((tag) => tag.name)
    return present({
      name: METRICS.find(([name]) => name === override.metric)?.[1] ?? override.metric,
      dimensions: Object.keys(dimensions).length === 0 ? undefined : dimensions,
      tagsToRemove: removed.length === 0 ? undefined : removed,
      drop: override.disabled || undefined,
    })
  })
}
