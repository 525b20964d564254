/** StringMatch beyond its form. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { StringMatch } from '../istio/shared/string-match.ts'
import type { Findings } from './findings.ts'
import { checkRegex } from './regex.ts'

/** Checks a match: no empty prefix, and a regex that RE2 takes. @param where names the field in messages. */
export function checkStringMatch(match: StringMatch | undefined | null, where: string, at: Findings): void {
  if (!match) return
  if (match.prefix === '') at.add(found.missing(`${JSON.stringify(where)}: prefix string match should not be empty`))
  checkStringMatchRegex(match, where, at)
}

/** Checks only the regex of a match: for paths, where an empty prefix matches everything. */
export function checkStringMatchRegex(match: StringMatch | undefined | null, where: string, at: Findings): void {
  if (match?.regex === undefined) return
  if (match.regex === '') at.add(found.missing(`${JSON.stringify(where)}: regex string match should not be empty`))
  else checkRegex(match.regex, where, at.at('regex'))
}
