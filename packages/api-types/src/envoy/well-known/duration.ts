/** `google.protobuf.Duration`: `"1.500s"` in memory and JSON. */
import type { LeafMessage } from './leaf-message.ts'
import { formatNanos, parseNanos, readSecondsAndNanos, writeSecondsAndNanos, type SecondsAndNanos } from './seconds-and-nanos.ts'

/** About 10,000 years: the range that proto3 JSON allows. */
const MAX_SECONDS = 315_576_000_000

const NOT_A_DURATION = 'expected a duration such as "1.5s", at most 9 digits behind the point'

/** As lenient and as strict as Go's protojson: `+1s`, `.5s` and `1.s` are durations, `01s` is none. */
const SHAPE = /^([-+]?)(0|[1-9]\d{0,11}|(?=\.))(?:\.(\d{0,9}))?s$/

function parse(value: unknown): SecondsAndNanos | undefined {
  const match = typeof value === 'string' ? SHAPE.exec(value) : null
  if (match === null) return undefined
  const sign = match[1] === '-' ? -1 : 1
  const seconds = Number(match[2])
  const nanos = parseNanos(match[3] ?? '')
  // `|| 0` keeps -0 out.
  return seconds > MAX_SECONDS ? undefined : { seconds: sign * seconds || 0, nanos: sign * nanos || 0 }
}

const format = ({ seconds, nanos }: SecondsAndNanos): string => `${seconds < 0 || nanos < 0 ? '-' : ''}${Math.abs(seconds)}${formatNanos(Math.abs(nanos))}s`

/** @see https://protobuf.dev/programming-guides/json/ */
export const DURATION: LeafMessage = {
  write: (writer, value) => {
    const parsed = parse(value)
    if (parsed === undefined) return NOT_A_DURATION
    writeSecondsAndNanos(writer, parsed)
    return undefined
  },
  read: (reader, end) => format(readSecondsAndNanos(reader, end)),
  toJson: (value) => value,
  fromJson: (json) => {
    const parsed = parse(json)
    return parsed === undefined ? { problem: NOT_A_DURATION } : { value: format(parsed) }
  },
}
