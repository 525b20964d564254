/** `google.protobuf.Struct`, `Value` and `ListValue`: plain JSON in memory. */
import { malformedBytes } from '../errors.ts'
import { isFields, setOwn } from '../values.ts'
import { MAX_DEPTH, type Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import type { LeafMessage } from './leaf-message.ts'

const NOT_JSON = 'expected plain JSON without undefined, NaN or Infinity'
const HALF_A_PAIR = 'expected text without halves of surrogate pairs'
const TOO_DEEP = `JSON nests deeper than ${MAX_DEPTH}`

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** What is wrong with a JSON value, found before anything is written. */
function problemOf(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH / 2) return TOO_DEEP
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : NOT_JSON
  if (!Array.isArray(value) && !isFields(value)) return NOT_JSON
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    const problem = problemOf(item, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Whether all texts of a value have bytes. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item))
}

function writeNestedValue(writer: Writer, tag: number, value: unknown): void {
  writer.varint(tag)
  const start = writer.open(1)
  writeValue(writer, value)
  writer.close(start, 1)
}

function writeValue(writer: Writer, value: unknown): void {
  if (typeof value === 'string') {
    writer.varint(26)
    writer.text(value)
  } else if (typeof value === 'number') {
    writer.varint(17)
    writer.double(value)
  } else if (typeof value === 'boolean') {
    writer.varint(32)
    writer.varint(value ? 1 : 0)
  } else if (value === null) {
    writer.varint(8)
    writer.varint(0)
  } else {
    const list = Array.isArray(value)
    writer.varint(list ? 50 : 42)
    const start = writer.open(1)
    if (list) writeList(writer, value)
    else if (isFields(value)) writeStruct(writer, value)
    writer.close(start, 1)
  }
}

function writeList(writer: Writer, list: readonly unknown[]): void {
  for (const item of list) writeNestedValue(writer, 10, item)
}

function writeStruct(writer: Writer, struct: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(struct)
  if (keys.length > 1) keys.sort(byText)
  for (const key of keys) {
    writer.varint(10)
    const start = writer.open(1)
    writer.varint(10)
    writer.text(key)
    writeNestedValue(writer, 18, struct[key])
    writer.close(start, 1)
  }
}

function inside<T>(reader: Reader, end: number, read: (reader: Reader, end: number) => T): T {
  const stop = reader.blockEnd(end)
  reader.enter()
  const value = read(reader, stop)
  reader.leave()
  if (reader.pos !== stop) throw malformedBytes('a message is longer than its length', reader.pos)
  return value
}

/** A Value without a kind is no JSON; it is read as null, which is what it means to most readers. */
function readValue(reader: Reader, end: number): unknown {
  let value: unknown = null
  while (reader.pos < end) {
    const tag = reader.varint(end)
    switch (tag) {
      case 8: reader.varint(end); value = null; break
      case 17: value = reader.double(end); break
      case 26: value = reader.text(end); break
      case 32: value = reader.varint(end) !== 0; break
      case 42: value = inside(reader, end, readStruct); break
      case 50: value = inside(reader, end, readList); break
      default: reader.skip(tag, end)
    }
  }
  return value
}

function readList(reader: Reader, end: number): unknown[] {
  const list: unknown[] = []
  while (reader.pos < end) {
    const tag = reader.varint(end)
    if (tag === 10) list.push(inside(reader, end, readValue))
    else reader.skip(tag, end)
  }
  return list
}

function readEntry(reader: Reader, end: number): readonly [string, unknown] {
  let key = ''
  let value: unknown = null
  while (reader.pos < end) {
    const tag = reader.varint(end)
    if (tag === 10) key = reader.text(end)
    else if (tag === 18) value = inside(reader, end, readValue)
    else reader.skip(tag, end)
  }
  return [key, value]
}

function readStruct(reader: Reader, end: number): Record<string, unknown> {
  const struct: Record<string, unknown> = {}
  while (reader.pos < end) {
    const tag = reader.varint(end)
    if (tag === 10) setOwn(struct, ...inside(reader, end, readEntry))
    else reader.skip(tag, end)
  }
  return struct
}

/** JSON has no NaN and no Infinity; a peer's Struct may. */
function jsonReady(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (Array.isArray(value)) return value.map(jsonReady)
  if (!isFields(value)) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setOwn(out, key, jsonReady(value[key]))
  return out
}

/** Writes with a function that is given only values of the right shape. */
const leaf = (fits: (value: unknown) => boolean, write: (writer: Writer, value: unknown) => void, read: LeafMessage['read']): LeafMessage => {
  const problem = (value: unknown): string | undefined => (fits(value) ? problemOf(value) : NOT_JSON)
  return {
    write: (writer, value) => {
      const found = problem(value)
      if (found === undefined) write(writer, value)
      return found
    },
    read,
    toJson: jsonReady,
    fromJson: (json) => {
      const found = problem(json) ?? (isWellFormed(json) ? undefined : HALF_A_PAIR)
      return found === undefined ? { value: json } : { problem: found }
    },
  }
}

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#struct */
export const STRUCT: LeafMessage = leaf(isFields, (writer, value) => isFields(value) && writeStruct(writer, value), readStruct)

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#value */
export const VALUE: LeafMessage = leaf(() => true, writeValue, readValue)

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#list-value */
export const LIST_VALUE: LeafMessage = leaf(Array.isArray, (writer, value) => Array.isArray(value) && writeList(writer, value), readList)
