/** Telemetry: metrics, traces and access logs of workloads. @see https://istio.io/latest/docs/reference/config/telemetry */
import type { Findings } from '../../validation/findings.ts'
import { attachmentFields, checkAttachment, oneAttachment } from '../policy/attachment.ts'
import { withMetadataRules } from '../policy/metadata-rules.ts'
import { AGE, bool, defineKind, double, duration, enumeration, list, map, message, nullable, rule, text, type IstioKind } from '../shared/schema/index.ts'
import { checkAccessLogging, checkMetrics, checkTracing } from './rules.ts'
import type { ProviderRef, LiteralTag, NamedTag, ModeSelector, TracingTag, TelemetryTracing, MetricSelector, TagOverride, MetricsOverride, TelemetryMetrics, AccessLogFilter, TelemetryAccessLogging, TelemetrySpec } from './types.ts'

export type * from './types.ts'

const providers = () => list(message<ProviderRef>({ name: text({ minLength: 1 }) }, { required: ['name'] }))
const mode = () => enumeration(['CLIENT_AND_SERVER', 'CLIENT', 'SERVER'])
const modeMatch = () => message<ModeSelector>({ mode: mode() })
const flag = () => nullable(bool())

const named = () =>
  message<NamedTag>({ defaultValue: text(), name: text({ minLength: 1 }) }, { required: ['name'] })
const valued = () => message<LiteralTag>({ value: text({ minLength: 1 }) }, { required: ['value'] })

const customTag = () =>
  message<TracingTag>(
    { environment: named(), formatter: valued(), header: named(), literal: valued() },
    { oneOf: [['literal', 'environment', 'header', 'formatter']] },
  )

const tracing = () =>
  message<TelemetryTracing>({
    customTags: map(customTag()),
    disableContextPropagation: flag(),
    disableSpanReporting: flag(),
    enableIstioTags: flag(),
    match: modeMatch(),
    providers: providers(),
    randomSamplingPercentage: nullable(double({ minimum: 0, maximum: 100 })),
    useRequestIdForTraceSampling: flag(),
  })

const metricSelector = () =>
  message<MetricSelector>(
    {
      customMetric: text({ minLength: 1 }),
      metric: enumeration([
        'ALL_METRICS', 'REQUEST_COUNT', 'REQUEST_DURATION', 'REQUEST_SIZE', 'RESPONSE_SIZE', 'TCP_OPENED_CONNECTIONS',
        'TCP_CLOSED_CONNECTIONS', 'TCP_SENT_BYTES', 'TCP_RECEIVED_BYTES', 'GRPC_REQUEST_MESSAGES', 'GRPC_RESPONSE_MESSAGES',
      ]),
      mode: mode(),
    },
    { oneOf: [['metric', 'customMetric']] },
  )

const tagOverride = () =>
  message<TagOverride>(
    { operation: enumeration(['UPSERT', 'REMOVE']), value: text() },
    {
      rules: [
        rule(
          'value must be set when operation is UPSERT',
          '((has(self.operation) ? self.operation : "") == "UPSERT") ? (self.value != "") : true',
          (self) => self.operation !== 'UPSERT' || (self.value === undefined ? 'no such key: value' : self.value !== ''),
        ),
        rule(
          'value must not be set when operation is REMOVE',
          '((has(self.operation) ? self.operation : "") == "REMOVE") ? !has(self.value) : true',
          (self) => self.operation !== 'REMOVE' || self.value === undefined,
        ),
      ],
    },
  )

const metrics = () =>
  message<TelemetryMetrics>({
    overrides: list(message<MetricsOverride>({ disabled: flag(), match: metricSelector(), tagOverrides: map(tagOverride()) })),
    providers: providers(),
    reportingInterval: duration(),
  })

const accessLogging = () =>
  message<TelemetryAccessLogging>({
    disabled: flag(),
    filter: message<AccessLogFilter>({ expression: text() }),
    match: modeMatch(),
    providers: providers(),
  })

const schema = () =>
  message<TelemetrySpec>(
    { accessLogging: list(accessLogging()), metrics: list(metrics()), tracing: list(tracing()), ...attachmentFields() },
    { rules: [oneAttachment()] },
  )

function rules(spec: TelemetrySpec, at: Findings): void {
  checkAttachment(spec, at)
  checkMetrics(spec.metrics ?? [], at.at('metrics'))
  checkTracing(spec.tracing ?? [], at.at('tracing'))
  checkAccessLogging(spec.accessLogging ?? [], at.at('accessLogging'))
}

/** The kind `telemetry.istio.io/v1/Telemetry`; stored as v1alpha1, as in Istio. */
export const Telemetry: IstioKind<TelemetrySpec> = withMetadataRules(
  defineKind<TelemetrySpec>({
    group: 'telemetry.istio.io',
    kind: 'Telemetry',
    plural: 'telemetries',
    shortNames: ['telemetry'],
    versions: ['v1', 'v1alpha1'],
    storage: 'v1alpha1',
    printerColumns: [AGE],
    schema,
    rules,
  }),
)
