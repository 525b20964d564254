/** `/metrics` and `/version`. */
import { formatPrometheus, PROMETHEUS_CONTENT_TYPE, type MetricRegistry } from '@istio-ts/telemetry'
import { plain, type HttpRoute } from './http-server.ts'

/** Routes of the monitoring port. */
export const monitoringRoutes = (registry: MetricRegistry, version: string): ReadonlyMap<string, HttpRoute> => new Map<string, HttpRoute>([
  ['/metrics', () => plain(formatPrometheus(registry.collect()), 200, PROMETHEUS_CONTENT_TYPE)],
  ['/version', () => plain(`${version}\n`)],
])
