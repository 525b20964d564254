/** Durations as Istio and protobuf JSON write them. */

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const PART = String.raw`(\d+\.?\d*|\.\d+)(ns|us|[µμ]s|ms|s|m|h)`
/** One number and its unit, as nearly all durations are. */
const SINGLE = new RegExp(`^${PART}$`)
const WHOLE = new RegExp(`^(?:${PART})+$`)
const EACH = new RegExp(PART, 'g')

/** What Go's 64 bits of nanoseconds hold, about 292 years. */
const MAX_MS = 2 ** 63 / 1e6

/** Parses Go's duration text (`1h30m`, `0.5s`, `100ms`, `-1s`, `0`) into milliseconds; undefined if it is none, or longer than Go can hold. */
export function parseDuration(text: string): number | undefined {
  const single = SINGLE.exec(text)
  if (single) return withinRange(Number(single[1]) * (UNIT_MS[single[2] ?? ''] ?? NaN))
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0
  if (!WHOLE.test(body)) return undefined
  let total = 0
  for (const [, value, unit] of body.matchAll(EACH)) total += Number(value) * (UNIT_MS[unit ?? ''] ?? NaN)
  return withinRange(text.startsWith('-') ? -total : total)
}

const withinRange = (ms: number): number | undefined => (Math.abs(ms) <= MAX_MS ? ms : undefined)

/** Formats milliseconds as protobuf JSON does: `10s`, `0.100s`, `0.000001s` (3, 6 or 9 digits). @see https://protobuf.dev/programming-guides/json */
export function formatProtoDuration(ms: number): string {
  const nanos = Math.round(Math.abs(ms) * 1e6)
  const seconds = Math.floor(nanos / 1e9)
  const rest = nanos - seconds * 1e9
  const sign = ms < 0 && nanos > 0 ? '-' : ''
  if (rest === 0) return `${sign}${seconds}s`
  const digits = String(rest).padStart(9, '0')
  const short = digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits
  return `${sign}${seconds}.${short}s`
}
