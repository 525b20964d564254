/** Numbers: percentages, weights, HTTP status, and numbers that must not be negative. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Percent } from '../istio/shared/destination.ts'
import type { Findings } from './findings.ts'

/** Checks a whole percentage, 0 to 100; absent counts as 0. */
export function checkPercent(value: number | undefined, at: Findings): void {
  if (value !== undefined && !(value >= 0 && value <= 100)) at.add(found.outOfRange(`percentage ${value} is not in range 0..100`))
}

/** Checks a percentage with fractions: 0, or 0.0001 to 100, the finest Envoy has. */
export function checkFractionalPercent(percent: Percent | undefined, at: Findings): void {
  const value = percent?.value ?? 0
  if (!(value >= 0 && value <= 100) || (value > 0 && value < 0.0001)) at.add(found.outOfRange(`percentage ${value} is neither 0.0, nor in range [0.0001, 100.0]`))
}

/** Checks an HTTP status that is sent to clients. */
export function checkHttpStatus(status: number | undefined, at: Findings): void {
  // Istio takes 600 too.
  if (!((status ?? 0) >= 200 && (status ?? 0) <= 600)) at.add(found.outOfRange(`HTTP status ${status ?? 0} is not in range 200-599`))
}

/** Checks that a number, if given, is not negative. @param what names it in the message. */
export function checkNonNegative(value: number | undefined, what: string, at: Findings): void {
  if (value !== undefined && value < 0) at.add(found.outOfRange(`${what} must be non-negative`))
}
