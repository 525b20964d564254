/** envoy.type.matcher.v3.MetadataMatcher and ValueMatcher compiled to predicates over dynamic metadata. */
import { noteBadField, type Report } from '../config/report.ts'
import type { MetadataMatcher, ValueMatcher } from '../config/wire.ts'
import { compileStringMatcher } from './string-matcher.ts'

/** Dynamic metadata by namespace. */
export type MetadataView = ReadonlyMap<string, Readonly<Record<string, unknown>>> | undefined

/** Compiles a matcher; a missing path is the value `undefined` and matches only `nullMatch`-free inverted matchers. */
export function compileMetadataMatcher(matcher: MetadataMatcher, path: string, report: Report): (metadata: MetadataView) => boolean {
  const filter = matcher.filter ?? ''
  const steps = (matcher.path ?? []).map((segment) => segment.key ?? '')
  const test = compileValueMatcher(matcher.value ?? {}, `${path}.value`, report)
  const invert = matcher.invert === true
  return (metadata) => {
    let value: unknown = metadata?.get(filter)
    for (const step of steps) value = typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined
    return test(value) !== invert
  }
}

/** Compiles a value matcher. */
export function compileValueMatcher(matcher: ValueMatcher, path: string, report: Report): (value: unknown) => boolean {
  if (matcher.stringMatch !== undefined) {
    const test = compileStringMatcher(matcher.stringMatch, `${path}.stringMatch`, report)
    return (value) => typeof value === 'string' && test(value)
  }
  if (matcher.boolMatch !== undefined) return (value) => value === matcher.boolMatch
  if (matcher.presentMatch !== undefined) return (value) => (value !== undefined) === matcher.presentMatch
  if (matcher.nullMatch !== undefined) return (value) => value === null
  if (matcher.doubleMatch !== undefined) {
    const { exact, range } = matcher.doubleMatch
    if (exact !== undefined) return (value) => value === exact
    return (value) => typeof value === 'number' && value >= Number(range?.start ?? 0) && value < Number(range?.end ?? 0)
  }
  if (matcher.listMatch !== undefined) {
    const test = compileValueMatcher(matcher.listMatch.oneOf ?? {}, `${path}.listMatch.oneOf`, report)
    return (value) => Array.isArray(value) && value.some(test)
  }
  if (matcher.orMatch !== undefined) {
    const tests = (matcher.orMatch.valueMatchers ?? []).map((inner, i) => compileValueMatcher(inner, `${path}.orMatch.valueMatchers[${i}]`, report))
    return (value) => tests.some((test) => test(value))
  }
  noteBadField(report, path, 'the value matcher is empty')
  return () => false
}
