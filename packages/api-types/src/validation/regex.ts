/** Regular expressions of users: RE2 syntax, at most 1024 characters. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Findings } from './findings.ts'
import { regexSyntaxProblem } from './regex-syntax.ts'

/** Istio's limit; Envoy is told to accept programs of any size. */
export const MAX_REGEX_LENGTH = 1024

/** Checks an expression of a user. @param where names the field in the message. */
export function checkRegex(regex: string, where: string, at: Findings): void {
  if (regex.length > MAX_REGEX_LENGTH) return at.add(found.invalidRegex(`${JSON.stringify(where)}: regex is too large, max length allowed is ${MAX_REGEX_LENGTH}`))
  const problem = regexSyntaxProblem(regex)
  if (problem !== undefined) at.add(found.invalidRegex(`${JSON.stringify(where)}: ${problem}; Istio uses RE2 style regex-based match`))
}
