/** Durations beyond their form: ranges and precision. */
import { parseDuration } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { Findings } from './findings.ts'

/** Checks that a duration is at least 1 ms and a whole number of milliseconds; absent is fine. */
export function checkDuration(text: string | undefined, at: Findings): boolean {
  const problem = text === undefined ? undefined : durationProblem(text)
  if (problem !== undefined) at.add(found.invalidDuration(problem))
  return problem === undefined
}

function durationProblem(text: string): string | undefined {
  const ms = parseDuration(text)
  if (ms === undefined) return `${JSON.stringify(text)} is not a duration`
  if (ms < 1) return 'duration must be greater than 1ms'
  return isWhole(ms) ? undefined : 'only durations to ms precision are supported'
}

/** Checks that a duration lies in a range, both ends inside. Absent counts as 0. */
export function checkDurationRange(text: string | undefined, minMs: number, maxMs: number, at: Findings): void {
  const ms = parseDuration(text ?? '0s') ?? Number.NaN
  if (!(ms >= minMs && ms <= maxMs)) at.add(found.invalidDuration(`time ${text ?? '0s'} must be >${minMs}ms and <${maxMs}ms`))
}

/** Checks a drain duration: whole seconds, at least one. */
export function checkDrainDuration(text: string | undefined, at: Findings): void {
  if (checkDuration(text ?? '0s', at) && !isWhole((parseDuration(text ?? '0s') ?? 0) / 1000)) at.add(found.invalidDuration('drain time only supports durations to seconds precision'))
}

/** Checks the time to connect: 1 ms to 1 h. */
export function checkConnectTimeout(text: string | undefined, at: Findings): void {
  if (checkDuration(text ?? '0s', at)) checkDurationRange(text, 1, HOUR_MS, at)
}

/** Checks that a duration is not negative. */
export function checkNotNegative(text: string, what: string, at: Findings): void {
  if (!((parseDuration(text) ?? Number.NaN) >= 0)) at.add(found.invalidDuration(`invalid duration: ${text}: ${what} only accepts positive duration eg: 30m`))
}

/** Checks the time protocol detection waits: whole milliseconds; 0 means for ever. */
export function checkDetectionTimeout(text: string | undefined, at: Findings): void {
  if (!isWhole(parseDuration(text ?? '0s') ?? Number.NaN)) at.add(found.invalidDuration('only durations to ms precision are supported'))
}

const HOUR_MS = 3_600_000

// Durations are parsed into floating milliseconds; nanoseconds are the finest unit, so less than a tenth of one is rounding.
const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-7
