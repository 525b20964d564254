/** `google.protobuf.Timestamp`: RFC 3339 in UTC, `"2025-01-01T00:00:00Z"`, in memory and JSON. */
import type { LeafMessage } from './leaf-message.ts'
import { formatNanos, parseNanos, readSecondsAndNanos, writeSecondsAndNanos, type SecondsAndNanos } from './seconds-and-nanos.ts'

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const MIN_SECONDS = -62_135_596_800
const MAX_SECONDS = 253_402_300_799

const NOT_A_TIMESTAMP = 'expected a time such as "2025-01-01T00:00:00Z" between the years 1 and 9999'

const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/** JavaScript takes 30 February for 2 March, and 24:00 for the next day. */
const isCalendar = (time: string): boolean => {
  const at = Date.parse(`${time}Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(time)
}

function parse(value: unknown): SecondsAndNanos | undefined {
  const match = typeof value === 'string' ? SHAPE.exec(value) : null
  if (match === null) return undefined
  const seconds = Date.parse(`${match[1]}${match[3]}`) / 1000
  if (!isCalendar(match[1] ?? '')) return undefined
  return Number.isNaN(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS ? undefined : { seconds, nanos: parseNanos(match[2] ?? '') }
}

/** A peer may send seconds outside the years 1 to 9999; they are shown as the nearest time that can be written. */
const format = ({ seconds, nanos }: SecondsAndNanos): string =>
  `${new Date(Math.min(Math.max(seconds, MIN_SECONDS), MAX_SECONDS) * 1000).toISOString().slice(0, 19)}${formatNanos(Math.max(nanos, 0))}Z`

/** @see https://protobuf.dev/programming-guides/json/ */
export const TIMESTAMP: LeafMessage = {
  write: (writer, value) => {
    const parsed = parse(value)
    if (parsed === undefined) return NOT_A_TIMESTAMP
    writeSecondsAndNanos(writer, parsed)
    return undefined
  },
  read: (reader, end) => format(readSecondsAndNanos(reader, end)),
  toJson: (value) => value,
  fromJson: (json) => {
    const parsed = parse(json)
    return parsed === undefined ? { problem: NOT_A_TIMESTAMP } : { value: format(parsed) }
  },
}
