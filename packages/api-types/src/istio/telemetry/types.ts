/** The shape of a Telemetry. */
import type { PolicyAttachment } from '../policy/attachment.ts'

/** Names an extension provider of MeshConfig. */
export interface ProviderRef {
  /** Name of the provider. */
  readonly name: string
}

/** Which side of a request: as its client, its server, or both. Default both. */
export type WorkloadMode = 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER'

/** A value that never changes. */
export interface LiteralTag {
  /** The value of the tag. */
  readonly value: string
}

/** A value that is looked up. */
export interface NamedTag {
  /** Where to look: the name of the variable or header. */
  readonly name: string
  /** The value if there is none; without it the tag is left out then. */
  readonly defaultValue?: string
}

/** A value that is formatted. */
export interface FormatterTag {
  /** The format, e.g. `%REQ(:METHOD)%`. */
  readonly value: string
}

/** For which side of requests something is meant. */
export interface ModeSelector {
  /** Default both. */
  readonly mode?: WorkloadMode
}

/** A tag of a span; exactly one of the fields. */
export interface TracingTag {
  readonly literal?: LiteralTag
  /** From an environment variable of the proxy. */
  readonly environment?: NamedTag
  /** From a request header. */
  readonly header?: NamedTag
  /** A format of Envoy's access log. */
  readonly formatter?: FormatterTag
}

/** Tracing of a scope. */
export interface TelemetryTracing {
  readonly match?: ModeSelector
  /** Default: the mesh's default providers. */
  readonly providers?: readonly ProviderRef[]
  /** 0 to 100; default: that of the mesh, else 1. */
  readonly randomSamplingPercentage?: number
  /** Whether no spans are reported; trace context is still passed on. */
  readonly disableSpanReporting?: boolean
  /** Whether trace context is not passed on. */
  readonly disableContextPropagation?: boolean
  /** Further tags of spans by their name. */
  readonly customTags?: Readonly<Record<string, TracingTag>>
  /** Whether spans have Istio's own tags; default true. */
  readonly enableIstioTags?: boolean
  /** Whether the x-request-id decides about sampling; default true. */
  readonly useRequestIdForTraceSampling?: boolean
}

/** Istio's metrics, by the names of the API. */
export type IstioMetric =
  | 'ALL_METRICS' | 'REQUEST_COUNT' | 'REQUEST_DURATION' | 'REQUEST_SIZE' | 'RESPONSE_SIZE'
  | 'TCP_OPENED_CONNECTIONS' | 'TCP_CLOSED_CONNECTIONS' | 'TCP_SENT_BYTES' | 'TCP_RECEIVED_BYTES'
  | 'GRPC_REQUEST_MESSAGES' | 'GRPC_RESPONSE_MESSAGES'

/** Which metrics an override is for. */
export interface MetricSelector {
  /** Default `ALL_METRICS`. */
  readonly metric?: IstioMetric
  /** Name of a metric that is not Istio's. */
  readonly customMetric?: string
  readonly mode?: WorkloadMode
}

/** Adds, changes or removes a tag of a metric. */
export interface TagOverride {
  /** Default `UPSERT`. */
  readonly operation?: 'UPSERT' | 'REMOVE'
  /** A CEL expression. */
  readonly value?: string
}

/** A change to some metrics. */
export interface MetricsOverride {
  readonly match?: MetricSelector
  /** Whether the metrics are turned off. */
  readonly disabled?: boolean
  /** Changes to tags by their name. */
  readonly tagOverrides?: Readonly<Record<string, TagOverride>>
}

/** Metrics of a scope. */
export interface TelemetryMetrics {
  readonly providers?: readonly ProviderRef[]
  readonly overrides?: readonly MetricsOverride[]
  /** How often TCP metrics are reported; default 5s. */
  readonly reportingInterval?: string
}

/** Which requests are logged. */
export interface AccessLogFilter {
  /** A CEL expression that is true for them, e.g. `response.code >= 400`. */
  readonly expression?: string
}

/** Access logs of a scope. */
export interface TelemetryAccessLogging {
  readonly match?: ModeSelector
  readonly providers?: readonly ProviderRef[]
  /** Whether no logs are written. */
  readonly disabled?: boolean
  /** A CEL expression over the attributes of a request; absent = all requests. */
  readonly filter?: AccessLogFilter
}

/** Spec of a Telemetry. */
export interface TelemetrySpec extends PolicyAttachment {
  /** Only the first counts today. */
  readonly tracing?: readonly TelemetryTracing[]
  readonly metrics?: readonly TelemetryMetrics[]
  readonly accessLogging?: readonly TelemetryAccessLogging[]
}
