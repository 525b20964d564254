/** What a proxy reports: access logs, metrics, traces; merged from Telemetry resources and mesh defaults. */
import type { HostName, Provenance } from '@istio-ts/foundation'

/** Client = outbound, server = inbound. */
export type TelemetryMode = 'client' | 'server'

/** One access log sink. */
export interface AccessLog {
  /** Name of the extension provider; `envoy` for the mesh's file log. */
  readonly provider: string
  readonly modes: readonly TelemetryMode[]
  readonly sink:
    | { readonly kind: 'file'; readonly path: string; readonly format: AccessLogFormat; readonly omitEmptyValues: boolean }
    | { readonly kind: 'grpc-http' | 'grpc-tcp' | 'otel'; readonly service: HostName; readonly port: number; readonly options: Readonly<Record<string, unknown>> }
  /** CEL expression; only entries for which it holds are logged. */
  readonly filter?: string
  readonly from: readonly Provenance[]
}

/** `default` = Istio's text format; JSON with `labels: undefined` = Istio's default labels. */
export type AccessLogFormat =
  | { readonly kind: 'default' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly labels?: Readonly<Record<string, unknown>> }

/** Change of one metric. `metric` is Istio's name (`REQUEST_COUNT`), or of a custom metric. */
export interface MetricOverride {
  readonly metric: string
  readonly mode: TelemetryMode
  readonly disabled: boolean
  /** Tag name to CEL expression, or `remove`. */
  readonly tags: readonly { readonly name: string; readonly value?: string; readonly remove: boolean }[]
}

/** Whether standard metrics are made, and how they deviate. Absent in the policy = no metrics filter at all. */
export interface Metrics {
  readonly provider: string
  readonly clientDisabled: boolean
  readonly serverDisabled: boolean
  readonly overrides: readonly MetricOverride[]
  readonly reportingIntervalMs?: number
  readonly from: readonly Provenance[]
}

/** A tag added to spans. */
export interface CustomTag {
  readonly name: string
  readonly value: { readonly kind: 'literal'; readonly value: string } | { readonly kind: 'environment' | 'header' | 'formatter'; readonly name: string; readonly defaultValue?: string }
}

/** Tracing of one direction. */
export interface Tracing {
  /** 0..100; default 1 (PILOT_TRACE_SAMPLING). */
  readonly samplingPercent: number
  readonly disableSpanReporting: boolean
  readonly provider?: { readonly name: string; readonly kind: string; readonly options: Readonly<Record<string, unknown>> }
  readonly customTags: readonly CustomTag[]
  readonly maxPathTagLength?: number
  readonly enableIstioTags: boolean
  readonly disableContextPropagation: boolean
  readonly useRequestIdForSampling: boolean
  readonly from: readonly Provenance[]
}

/** All of it. */
export interface TelemetryPolicy {
  readonly accessLogs: readonly AccessLog[]
  readonly metrics: readonly Metrics[]
  readonly clientTracing: Tracing
  readonly serverTracing: Tracing
}
