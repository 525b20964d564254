/** Istio's rules for a Telemetry. */
import type { Findings } from '../../validation/findings.ts'
import { policyDiagnostics } from '../policy/diagnostics.ts'
import { celSyntaxError } from './cel-syntax.ts'
import type { MetricsOverride, ProviderRef, TagOverride, TelemetryAccessLogging, TelemetryMetrics, TelemetryTracing, TracingTag } from './types.ts'

/** Null items, which the schema refuses, are skipped here as Istio skips them. */
type Items<T> = readonly (T | null)[]

/** Rules for `metrics`. */
export function checkMetrics(metrics: Items<TelemetryMetrics>, at: Findings): void {
  metrics.forEach((item, i) => {
    checkProviders(item?.providers, at.at(i).at('providers'))
    item?.overrides?.forEach((override, j) => checkOverride(override, at.at(i).at('overrides').at(j)))
  })
}

function checkOverride(override: MetricsOverride | null, at: Findings): void {
  if (!override) return void at.add(policyDiagnostics.tag('tagOverrides may not be null'))
  for (const [name, tag] of Object.entries(override.tagOverrides ?? {})) checkTagOverride(name, tag, at.at('tagOverrides').at(name))
  if (override.match?.customMetric === '') at.at('match').at('customMetric').add(policyDiagnostics.tag('customMetric may not be empty'))
}

function checkTagOverride(name: string, tag: TagOverride | null, at: Findings): void {
  if (name === '') at.add({ ...policyDiagnostics.tag('tagOverrides.name may not be empty'), severity: 'warning' })
  if (!tag) return void at.add(policyDiagnostics.tag('tagOverrides may not be null'))
  const isRemove = tag.operation === 'REMOVE'
  if (!isRemove && !tag.value) at.add(policyDiagnostics.tag('tagOverrides.value must be set when operation is UPSERT'))
  if (isRemove && tag.value) at.add(policyDiagnostics.tag('tagOverrides.value may only be set when operation is UPSERT'))
}

/** Rules for `tracing`. */
export function checkTracing(tracing: Items<TelemetryTracing>, at: Findings): void {
  if (tracing.length > 1) at.add(policyDiagnostics.several('tracing'))
  tracing.forEach((item, i) => {
    if (item) checkOneTracing(item, at.at(i))
  })
}

function checkOneTracing(tracing: TelemetryTracing, at: Findings): void {
  if ((tracing.providers ?? []).length > 1) at.at('providers').add(policyDiagnostics.several('providers'))
  checkProviders(tracing.providers, at.at('providers'))
  const percentage = tracing.randomSamplingPercentage ?? 0
  if (percentage < 0 || percentage > 100) at.at('randomSamplingPercentage').add(policyDiagnostics.sampling())
  for (const [name, tag] of Object.entries(tracing.customTags ?? {})) checkCustomTag(name, tag, at.at('customTags').at(name))
}

function checkCustomTag(name: string, tag: TracingTag | null, at: Findings): void {
  if (name === '') at.add(policyDiagnostics.tag('tag name may not be empty'))
  if (!tag) return void at.add(policyDiagnostics.tag(`tag '${name}' may not have a nil value`))
  if (tag.literal && !tag.literal.value) at.at('literal').add(policyDiagnostics.tag('literal tag value may not be empty'))
  if (tag.header && !tag.header.name) at.at('header').add(policyDiagnostics.tag('header tag name may not be empty'))
  if (tag.environment && !tag.environment.name) at.at('environment').add(policyDiagnostics.tag('environment tag name may not be empty'))
  if (tag.formatter && !tag.formatter.value) at.at('formatter').add(policyDiagnostics.tag('formatter tag value may not be empty'))
}

/** Rules for `accessLogging`. */
export function checkAccessLogging(logging: Items<TelemetryAccessLogging>, at: Findings): void {
  logging.forEach((item, i) => {
    if (item?.filter) checkTelemetryFilter(item.filter, at.at(i).at('filter'))
    checkProviders(item?.providers, at.at(i).at('providers'))
  })
}

/** The filter of an access log is a CEL expression. */
export function checkTelemetryFilter(filter: { readonly expression?: string }, at: Findings): void {
  const problem = celSyntaxError(filter.expression ?? '')
  if (problem !== undefined) at.at('expression').add(policyDiagnostics.filterExpression(problem))
}

function checkProviders(providers: Items<ProviderRef> | undefined, at: Findings): void {
  const unnamed = (providers ?? []).findIndex((provider) => !provider?.name)
  if (unnamed >= 0) at.at(unnamed).add(policyDiagnostics.providerName())
}
