/** Scalars by the letter of their type: check and write, read, JSON in and out. */
import { fromBase64, toBase64 } from './base64.ts'
import { exactInteger, isNumberText, parseInt64, unzigzag, zigzag } from './int64.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** How one scalar type is handled. */
export interface Scalar {
  /** What encode and fromJson ask for, in words. */
  readonly expected: string
  /** The default value of proto3. */
  readonly zero: () => unknown
  readonly isDefault: (value: unknown) => boolean
  /** Writes a value; false (and nothing written) if it does not fit. */
  readonly write: (writer: Writer, value: unknown) => boolean
  readonly read: (reader: Reader, end: number) => unknown
  /** JSON-ready form of a value in memory. */
  readonly toJson: (value: unknown) => unknown
  /** Value in memory of a JSON value; undefined if it does not fit. */
  readonly fromJson: (json: unknown) => unknown
}

const same = (value: unknown): unknown => value

const STRING: Scalar = {
  expected: 'a text',
  zero: () => '',
  isDefault: (value) => value === '',
  write: (writer, value) => {
    if (typeof value !== 'string') return false
    writer.text(value)
    return true
  },
  read: (reader, end) => reader.text(end),
  toJson: same,
  // Half of a surrogate pair has no bytes; protojson refuses it too.
  fromJson: (json) => (typeof json === 'string' && json.isWellFormed() ? json : undefined),
}

const BOOL: Scalar = {
  expected: 'true or false',
  zero: () => false,
  isDefault: (value) => value === false,
  write: (writer, value) => {
    if (typeof value !== 'boolean') return false
    writer.varint(value ? 1 : 0)
    return true
  },
  read: (reader, end) => Number(reader.varint64(end)) !== 0,
  toJson: same,
  fromJson: (json) => (typeof json === 'boolean' ? json : undefined),
}

const asBytes = (value: unknown): Uint8Array | undefined => (value instanceof Uint8Array ? value : typeof value === 'string' ? fromBase64(value) : undefined)

const BYTES: Scalar = {
  expected: 'bytes or base64',
  zero: () => new Uint8Array(0),
  isDefault: (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length === 0,
  write: (writer, value) => {
    const bytes = asBytes(value)
    if (bytes !== undefined) writer.block(bytes)
    return bytes !== undefined
  },
  read: (reader, end) => reader.block(end),
  toJson: (value) => (value instanceof Uint8Array ? toBase64(value) : value),
  fromJson: asBytes,
}

/** Whole numbers of 32 bits: proto3 JSON also takes them as text. */
function int32(signed: boolean, put: (writer: Writer, value: number) => void, get: (reader: Reader, end: number) => number): Scalar {
  const fits = (value: unknown): value is number => typeof value === 'number' && (signed ? (value | 0) === value : value >>> 0 === value)
  return {
    expected: signed ? 'a whole number of 32 bits' : 'a whole number from 0 to 4294967295',
    zero: () => 0,
    isDefault: (value) => value === 0,
    write: (writer, value) => {
      if (!fits(value)) return false
      put(writer, value)
      return true
    },
    read: get,
    toJson: same,
    fromJson: (json) => {
      const number = typeof json === 'string' ? Number(exactInteger(json) ?? NaN) : json
      return fits(number) ? number || 0 : undefined
    },
  }
}

function int64(signed: boolean, put: (writer: Writer, value: bigint) => void, get: (reader: Reader, end: number) => number | bigint): Scalar {
  return {
    expected: signed ? 'a whole number of 64 bits' : 'a whole number of 64 bits, not negative',
    zero: () => '0',
    isDefault: (value) => value === '0' || value === 0,
    write: (writer, value) => {
      const big = parseInt64(value, signed)
      if (big !== undefined) put(writer, big)
      return big !== undefined
    },
    read: (reader, end) => String(get(reader, end)),
    toJson: (value) => String(value),
    fromJson: (json) => parseInt64(typeof json === 'string' ? exactInteger(json) : json, signed)?.toString(),
  }
}

const SPECIAL: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

/** @param round to what the wire can hold; a number that becomes infinite by it does not fit. @param shown as JSON writes it */
function floating(round: (value: number) => number, shown: (value: number) => number, put: (writer: Writer, value: number) => void, get: (reader: Reader, end: number) => number): Scalar {
  const finite = (value: number): number | undefined => (Number.isFinite(round(value)) ? round(value) : undefined)
  return {
    expected: 'a number',
    // -0 is not the default: it is written.
    zero: () => 0,
    isDefault: (value) => Object.is(value, 0),
    write: (writer, value) => {
      if (typeof value !== 'number') return false
      put(writer, value)
      return true
    },
    read: get,
    toJson: (value) => (typeof value !== 'number' ? value : Number.isFinite(value) ? shown(value) : String(value)),
    fromJson: (json) => {
      if (typeof json === 'number') return finite(json)
      if (typeof json !== 'string') return undefined
      return Object.hasOwn(SPECIAL, json) ? SPECIAL[json] : isNumberText(json) ? finite(Number(json)) : undefined
    },
  }
}

const same64 = (value: number): number => value

/** The shortest decimal that is the same number of 32 bits, as Go writes it: 0.1 and not 0.10000000149011612. Nine digits always do. */
function shortest32(value: number): number {
  const held = Math.fround(value)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(held.toPrecision(digits))
    if (Math.fround(short) === held) return short
  }
  return Number(held.toPrecision(9))
}

const big = (value: number | bigint): bigint => BigInt(value)

/** By letter: see tools/codegen/emit-descriptor.ts. */
export const SCALARS: ReadonlyMap<string, Scalar> = new Map([
  ['s', STRING],
  ['b', BOOL],
  ['y', BYTES],
  ['u', int32(false, (writer, value) => writer.varint(value), (reader, end) => reader.varint(end))],
  ['i', int32(true, (writer, value) => (value >= 0 ? writer.varint(value) : writer.varint64(BigInt(value))), (reader, end) => reader.varint(end) | 0)],
  ['z', int32(true, (writer, value) => writer.varint(((value << 1) ^ (value >> 31)) >>> 0), (reader, end) => { const raw = reader.varint(end); return (raw >>> 1) ^ -(raw & 1) })],
  ['x', int32(false, (writer, value) => writer.fixed32(value), (reader, end) => reader.fixed32(end))],
  ['f', int32(true, (writer, value) => writer.fixed32(value), (reader, end) => reader.fixed32(end) | 0)],
  ['U', int64(false, (writer, value) => writer.varint64(value), (reader, end) => reader.varint64(end))],
  ['I', int64(true, (writer, value) => writer.varint64(value), (reader, end) => { const raw = reader.varint64(end); return typeof raw === 'number' ? raw : BigInt.asIntN(64, raw) })],
  ['Z', int64(true, (writer, value) => writer.varint64(zigzag(value)), (reader, end) => unzigzag(big(reader.varint64(end))))],
  ['X', int64(false, (writer, value) => writer.fixed64(value), (reader, end) => reader.fixed64(end))],
  ['F', int64(true, (writer, value) => writer.fixed64(value), (reader, end) => BigInt.asIntN(64, reader.fixed64(end)))],
  ['t', floating(Math.fround, shortest32, (writer, value) => writer.float(value), (reader, end) => reader.float(end))],
  ['d', floating(same64, same64, (writer, value) => writer.double(value), (reader, end) => reader.double(end))],
])

/** The scalar of a letter; the caller knows that there is one. */
export function scalarOf(letter: string): Scalar {
  return SCALARS.get(letter) ?? STRING
}
