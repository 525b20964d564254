/** envoy.type.matcher.v3.StringMatcher compiled to a predicate. */
import type { StringMatcher } from '../config/wire.ts'
import { noteBadField, type Report } from '../config/report.ts'
import { compileRegex } from './regex.ts'

/** Says whether a text matches. */
export type StringTest = (text: string) => boolean

/** Compiles a matcher. `ignoreCase` folds ASCII only, so that no letter changes length or meaning (ISO 8859 and Unicode stay as they are). */
export function compileStringMatcher(matcher: StringMatcher, path: string, report: Report): StringTest {
  const fold = matcher.ignoreCase === true
  const on = (text: string, test: (value: string, wanted: string) => boolean): StringTest => {
    if (!fold) return (value) => test(value, text)
    const wanted = asciiLower(text)
    return (value) => test(asciiLower(value), wanted)
  }
  if (matcher.exact !== undefined) return on(matcher.exact, (value, wanted) => value === wanted)
  if (matcher.prefix !== undefined) return on(matcher.prefix, (value, wanted) => value.startsWith(wanted))
  if (matcher.suffix !== undefined) return on(matcher.suffix, (value, wanted) => value.endsWith(wanted))
  if (matcher.contains !== undefined) return on(matcher.contains, (value, wanted) => value.includes(wanted))
  if (matcher.safeRegex !== undefined) {
    const regex = compileRegex(matcher.safeRegex.regex ?? '', `${path}.safeRegex`, report)
    return regex ? (value) => regex.matches(value) : never
  }
  noteBadField(report, path, 'the string matcher is empty')
  return never
}

/** Lower-cases A-Z only. */
export function asciiLower(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 65 && code <= 90) return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
  }
  return text
}

const never: StringTest = () => false
