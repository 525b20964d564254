/** Logs, metrics and traces as ports; pure, the writers are under `./node`. */
export { createLog, passesLevel, silentLog, type Log, type LogEntry, type LogFields, type LogLevel, type LogOptions, type LogSink } from './log/log.ts'
export { levelOfScope, parseLogLevels, type LogLevels } from './log/log-levels.ts'
export { formatJson, formatText } from './log/format-entry.ts'
export { silentMeter, type Counter, type Gauge, type Histogram, type HistogramSpec, type Meter, type MetricLabels, type MetricSpec } from './metrics/meter.ts'
export { metricRegistry, type MetricFamily, type MetricRegistry, type MetricSample } from './metrics/metric-registry.ts'
export { formatPrometheus, PROMETHEUS_CONTENT_TYPE } from './metrics/format-prometheus.ts'
export { silentTracer, type Span, type Tracer } from './tracing/tracer.ts'
export { childTelemetry, silentTelemetry, type Telemetry } from './telemetry.ts'
