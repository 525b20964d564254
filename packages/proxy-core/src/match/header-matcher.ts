/** envoy.config.route.v3.HeaderMatcher and QueryParameterMatcher compiled to predicates. */
import type { HeaderFields } from '../codec/codec.ts'
import type { HeaderMatcher, QueryParameterMatcher } from '../config/wire.ts'
import type { Report } from '../config/report.ts'
import { asciiLower, compileStringMatcher, type StringTest } from './string-matcher.ts'
import { compileRegex } from './regex.ts'

/** Says whether a head matches. */
export type HeadTest = (head: Pick<HeaderFields, 'get'>) => boolean

/** Compiles one header matcher; several values of a header are tested joined by `,`, as Envoy does. */
export function compileHeaderMatcher(matcher: HeaderMatcher, path: string, report: Report): HeadTest {
  const name = asciiLower(matcher.name ?? '')
  const invert = matcher.invertMatch === true
  if (matcher.presentMatch !== undefined) {
    const wanted = matcher.presentMatch !== invert
    const emptyIsPresent = matcher.treatMissingHeaderAsEmpty === true
    return (head) => (emptyIsPresent || head.get(name) !== undefined) === wanted
  }
  const test = valueTest(matcher, path, report)
  if (!test) return (head) => (head.get(name) !== undefined) !== invert
  const missing = matcher.treatMissingHeaderAsEmpty === true ? test('') !== invert : invert
  return (head) => {
    const value = head.get(name)
    // A missing header does not match; inverted, it does (envoy.config.route.v3.HeaderMatcher.invert_match).
    return value === undefined ? missing : test(value) !== invert
  }
}

function valueTest(matcher: HeaderMatcher, path: string, report: Report): StringTest | undefined {
  if (matcher.stringMatch) return compileStringMatcher(matcher.stringMatch, `${path}.stringMatch`, report)
  if (matcher.exactMatch !== undefined) return compileStringMatcher({ exact: matcher.exactMatch }, path, report)
  if (matcher.prefixMatch !== undefined) return compileStringMatcher({ prefix: matcher.prefixMatch }, path, report)
  if (matcher.suffixMatch !== undefined) return compileStringMatcher({ suffix: matcher.suffixMatch }, path, report)
  if (matcher.containsMatch !== undefined) return compileStringMatcher({ contains: matcher.containsMatch }, path, report)
  if (matcher.safeRegexMatch !== undefined) {
    const regex = compileRegex(matcher.safeRegexMatch.regex ?? '', `${path}.safeRegexMatch`, report)
    return regex ? (value) => regex.matches(value) : () => false
  }
  if (matcher.rangeMatch !== undefined) {
    const start = Number(matcher.rangeMatch.start ?? 0)
    const end = Number(matcher.rangeMatch.end ?? 0)
    return (value) => /^-?\d+$/.test(value) && Number(value) >= start && Number(value) < end
  }
  return undefined
}

/** Says whether the query of a path matches; `query` is the text after `?` (empty when there is none). */
export type QueryTest = (query: string) => boolean

/** Compiles one query parameter matcher; the first occurrence of a parameter counts. */
export function compileQueryMatcher(matcher: QueryParameterMatcher, path: string, report: Report): QueryTest {
  const name = matcher.name ?? ''
  const test = matcher.stringMatch ? compileStringMatcher(matcher.stringMatch, `${path}.stringMatch`, report) : undefined
  const wantedPresence = matcher.presentMatch ?? true
  return (query) => {
    const value = queryParameter(query, name)
    if (test) return value !== undefined && test(value)
    return (value !== undefined) === wantedPresence
  }
}

/** The first value of a query parameter, as written; undefined when absent. */
export function queryParameter(query: string, name: string): string | undefined {
  let from = 0
  while (from <= query.length) {
    let to = query.indexOf('&', from)
    if (to < 0) to = query.length
    const equals = query.indexOf('=', from)
    const nameEnd = equals >= 0 && equals < to ? equals : to
    if (nameEnd - from === name.length && query.startsWith(name, from)) return nameEnd === to ? '' : query.slice(nameEnd + 1, to)
    from = to + 1
  }
  return undefined
}
