/** The wire form that Duration and Timestamp share: `int64 seconds = 1; int32 nanos = 2`. */
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

/** A point or span in time; both parts have the same sign in a duration, nanos are never negative in a timestamp. */
export interface SecondsAndNanos {
  readonly seconds: number
  readonly nanos: number
}

/** Writes both fields; those that are 0 are left out. */
export function writeSecondsAndNanos(writer: Writer, { seconds, nanos }: SecondsAndNanos): void {
  if (seconds !== 0) {
    writer.varint(8)
    if (seconds > 0 && seconds <= 0xffff_ffff) writer.varint(seconds)
    else writer.varint64(BigInt(seconds))
  }
  if (nanos !== 0) {
    writer.varint(16)
    writer.varint64(BigInt(nanos))
  }
}

/** Reads both fields up to `end`; absent ones are 0. */
export function readSecondsAndNanos(reader: Reader, end: number): SecondsAndNanos {
  let seconds = 0
  let nanos = 0
  while (reader.pos < end) {
    const tag = reader.varint(end)
    if (tag === 8) seconds = Number(BigInt.asIntN(64, BigInt(reader.varint64(end))))
    else if (tag === 16) nanos = reader.varint(end) | 0
    else reader.skip(tag, end)
  }
  return { seconds, nanos }
}

/** `.5`, `.000001`, or nothing: 0, 3, 6 or 9 digits, as proto3 JSON writes them. */
export function formatNanos(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  return `.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}`
}

/** Digits behind the point to nanoseconds. */
export const parseNanos = (digits: string): number => Number(digits.padEnd(9, '0'))
