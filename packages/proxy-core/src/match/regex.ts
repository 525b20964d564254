/** Users' regular expressions: RE2 only, bounded, so that no pattern can stall the proxy. */
import { RE2JS } from 're2js'
import { noteBadRegex, type Report } from '../config/report.ts'

/** Longest pattern accepted; the bound Istio chose for ISTIO-SECURITY-2026-006 (compile time grows with length). */
export const MAX_REGEX_LENGTH = 1024

/** A compiled pattern. */
export interface Regex {
  /** True if the whole text matches (Envoy's `safe_regex` is anchored at both ends). */
  matches(text: string): boolean
  /** Replaces every match; `\1` in the substitution names a group, `\0` the match. @see RE2::GlobalReplace */
  replaceAll(text: string, substitution: string): string
}

/** Compiles a pattern; on failure it is reported and undefined is returned. */
export function compileRegex(pattern: string, path: string, report: Report): Regex | undefined {
  if (pattern.length > MAX_REGEX_LENGTH) {
    noteBadRegex(report, path, pattern, `${pattern.length} characters`)
    return undefined
  }
  try {
    const compiled = RE2JS.compile(pattern)
    return {
      matches: (text) => compiled.testExact(text),
      replaceAll: (text, substitution) => compiled.matcher(text).replaceAll((...groups: readonly unknown[]) => expand(substitution, groups)),
    }
  } catch (error) {
    noteBadRegex(report, path, pattern, error instanceof Error ? error.message : String(error))
    return undefined
  }
}

/** Fills the group marks (a backslash and a digit) of a substitution; two backslashes are one, all else stands for itself. */
const expand = (substitution: string, groups: readonly unknown[]): string =>
  substitution.replace(/\\(\d|\\)/g, (_, mark: string) => {
    if (mark === '\\') return '\\'
    const group = groups[Number(mark)]
    return typeof group === 'string' ? group : ''
  })
