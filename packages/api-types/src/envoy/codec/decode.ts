/** Bytes to messages in memory. Whatever a peer sends, the answer is a message or a MeshError; nothing is executed or polluted. */
import { malformedBytes } from '../errors.ts'
import { enumOfField, hasMessage, messageOf, tableOf, type Field, type Table } from '../schema/table.ts'
import { messageNameOf } from '../schema/type-url.ts'
import { isFields, RAW, setOwn, UNKNOWN, type Fields } from '../values.ts'
import { Reader } from '../wire/reader.ts'

/** @throws MeshError MESH0195 if the bytes are malformed, MESH0197 if there is no such message. */
export function decodeMessage(name: string, bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  return readMessage(reader, tableOf(name), bytes.length, undefined)
}

/** `before` is what the same field held until now: protobuf merges a message that comes in two parts. */
function readMessage(reader: Reader, table: Table, end: number, before: unknown): unknown {
  reader.enter()
  const value = table.leaf !== undefined ? table.leaf.read(reader, end) : table.isAny ? readAny(reader, end) : readFields(reader, table, end, isFields(before) ? before : {})
  reader.leave()
  if (reader.pos !== end) throw malformedBytes(`${table.name} is longer than its length`, reader.pos)
  return value
}

function readFields(reader: Reader, table: Table, end: number, message: Fields): Fields {
  let unknown: number[] | undefined
  while (reader.pos < end) {
    const start = reader.pos
    const tag = reader.varint(end)
    if (tag >>> 3 === 0) throw malformedBytes('field number 0 does not exist', start)
    const field = table.dense[tag >>> 3] ?? table.byNumber.get(tag >>> 3)
    if (field !== undefined && readField(reader, message, field, tag & 7, end)) continue
    reader.skip(tag, end)
    unknown = addRange(unknown, start, reader.pos)
  }
  if (unknown !== undefined) keepUnknown(reader, message, unknown)
  return message
}

/** Starts and ends in turn; neighbours become one, so that a flood of unknown fields stays cheap. */
function addRange(ranges: number[] | undefined, start: number, end: number): number[] {
  if (ranges === undefined) return [start, end]
  if (ranges.at(-1) === start) ranges[ranges.length - 1] = end
  else ranges.push(start, end)
  return ranges
}

function keepUnknown(reader: Reader, message: Fields, ranges: readonly number[]): void {
  const parts = [message[UNKNOWN] ?? new Uint8Array(0)]
  for (let at = 0; at < ranges.length; at += 2) parts.push(reader.bytes.subarray(ranges[at], ranges[at + 1]))
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  message[UNKNOWN] = joined
}

const BLOCK = 2

/** False (and nothing read) if the wire type is not one of the field's: such a field counts as unknown. */
function readField(reader: Reader, message: Fields, field: Field, wire: number, end: number): boolean {
  if (wire !== field.wire && !(wire === BLOCK && field.packed)) return false
  if (field.flag === '%') readEntry(reader, message, field, end)
  else if (field.flag === '*') readItems(reader, message, field, wire !== field.wire, end)
  else readSingle(reader, message, field, end)
  return true
}

function readSingle(reader: Reader, message: Fields, field: Field, end: number): void {
  for (const rival of field.rivals) if (message[rival] !== undefined) delete message[rival]
  const value = readValue(reader, field, end, message[field.json])
  if (field.presence || !isDefault(field, value)) message[field.json] = value
  else if (message[field.json] !== undefined) delete message[field.json]
}

const isDefault = (field: Field, value: unknown): boolean => (field.type === 'e' ? value === enumOfField(field).names.get(0) || value === 0 : field.scalar.isDefault(value))

function readValue(reader: Reader, field: Field, end: number, before: unknown): unknown {
  if (field.type === 'm') return readMessage(reader, messageOf(field), reader.blockEnd(end), before)
  if (field.type === 'e') return readEnum(reader, field, end)
  return field.scalar.read(reader, end)
}

function readEnum(reader: Reader, field: Field, end: number): unknown {
  const number = reader.varint(end) | 0
  if (field.ref === 'google.protobuf.NullValue') return null
  return enumOfField(field).names.get(number) ?? number
}

function listOf(message: Fields, field: Field): unknown[] {
  const list = message[field.json]
  if (Array.isArray(list)) return list
  const made: unknown[] = []
  message[field.json] = made
  return made
}

function readItems(reader: Reader, message: Fields, field: Field, packed: boolean, end: number): void {
  if (!packed) {
    listOf(message, field).push(readValue(reader, field, end, undefined))
    return
  }
  const stop = reader.blockEnd(end)
  if (reader.pos === stop) return
  const list = listOf(message, field)
  while (reader.pos < stop) list.push(readValue(reader, field, stop, undefined))
}

/** The default of a map entry's missing key or value. */
function missing(field: Field): unknown {
  if (field.type === 'm') return readMessage(new Reader(new Uint8Array(0)), messageOf(field), 0, undefined)
  return field.type === 'e' ? (enumOfField(field).names.get(0) ?? 0) : field.scalar.zero()
}

function readEntry(reader: Reader, message: Fields, field: Field, end: number): void {
  if (field.entry === undefined) return
  const stop = reader.blockEnd(end)
  const { key: keyField, value: valueField } = field.entry
  let key: unknown
  let value: unknown
  while (reader.pos < stop) {
    const tag = reader.varint(stop)
    if (tag === keyField.tag) key = readValue(reader, keyField, stop, undefined)
    else if (tag === valueField.tag) value = readValue(reader, valueField, stop, value)
    else reader.skip(tag, stop)
  }
  const map = message[field.json] ?? {}
  message[field.json] = map
  if (isFields(map)) setOwn(map, String(key ?? missing(keyField)), value === undefined ? missing(valueField) : value)
}

const TYPE_URL_TAG = 10
const VALUE_TAG = 18

function readAny(reader: Reader, end: number): Fields {
  let url = ''
  let start = reader.pos
  let stop = start
  while (reader.pos < end) {
    const tag = reader.varint(end)
    if (tag === TYPE_URL_TAG) {
      url = reader.text(end)
    } else if (tag === VALUE_TAG) {
      stop = reader.blockEnd(end)
      start = reader.pos
      reader.pos = stop
    } else {
      reader.skip(tag, end)
    }
  }
  return openAny(reader, url, start, stop, end)
}

function openAny(reader: Reader, url: string, start: number, stop: number, end: number): Fields {
  const any: Fields = { '@type': url }
  const name = messageNameOf(url)
  if (!hasMessage(name)) {
    if (stop > start) any[RAW] = reader.bytes.slice(start, stop)
    return any
  }
  const table = tableOf(name)
  reader.pos = start
  if (table.leaf === undefined && !table.isAny) readMessage(reader, table, stop, any)
  else any['value'] = readMessage(reader, table, stop, undefined)
  reader.pos = end
  return any
}
