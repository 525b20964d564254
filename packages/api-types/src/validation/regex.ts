/** Regular expressions of users: RE2 syntax, at most 1024 bytes. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Findings } from './findings.ts'
import { readRegex } from './regex-syntax.ts'

/** Istio's limit in bytes of UTF-8; Envoy is told to accept programs of any size. */
export const MAX_REGEX_LENGTH = 1024

/** Whether Istio finds an expression too long to look at it. */
export const isTooLong = (regex: string): boolean => regex.length > MAX_REGEX_LENGTH || (regex.length > MAX_REGEX_LENGTH / 3 && new TextEncoder().encode(regex).length > MAX_REGEX_LENGTH)

/** Checks an expression of a user. @param where names the field in the message. */
export function checkRegex(regex: string, where: string, at: Findings): void {
  if (isTooLong(regex)) return at.add(found.invalidRegex(`${JSON.stringify(where)}: regex is too large, max length allowed is ${MAX_REGEX_LENGTH}`))
  const { problem, unknownToEnvoy } = readRegex(regex)
  if (unknownToEnvoy !== undefined) at.add(found.questionable(`${JSON.stringify(where)}: Istio takes ${unknownToEnvoy} in a regular expression, but Envoy does not, and would refuse the route`, 'Use a short name as RE2 writes it, such as \\p{L} or \\p{Greek}.'))
  if (problem !== undefined) at.add(found.invalidRegex(`${JSON.stringify(where)}: ${problem}; Istio uses RE2 style regex-based match`))
}
