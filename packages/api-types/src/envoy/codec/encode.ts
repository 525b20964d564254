/** Messages in memory to bytes: fields in number order, map keys sorted, so that equal messages have equal bytes. */
import { Encoded } from '../encoded.ts'
import { unencodable, unknownMessage } from '../errors.ts'
import { enumOfField, hasMessage, messageOf, tableOf, type Field, type Plan, type Plans, type Table } from '../schema/table.ts'
import { messageNameOf } from '../schema/type-url.ts'
import { isFields, RAW, UNKNOWN, type Fields } from '../values.ts'
import { parseInt64 } from '../wire/int64.ts'
import { Writer } from '../wire/writer.ts'

/** Room for a small resource; a bigger one doubles it. */
const FIRST_BYTES = 512
/** Writers above this size are not kept for the next message. */
const KEPT_BYTES = 1 << 20

const spare: Writer[] = []

/** @throws MeshError MESH0196 if the value does not fit the message, MESH0197 if there is no such message. */
export function encodeMessage(name: string, value: unknown): Uint8Array {
  const table = tableOf(name)
  const writer = spare.pop() ?? new Writer(FIRST_BYTES)
  writer.pos = 0
  writeMessage(writer, table, value, table.name)
  const bytes = writer.result()
  if (writer.bytes.length <= KEPT_BYTES) spare.push(writer)
  return bytes
}

function writeMessage(writer: Writer, table: Table, value: unknown, where: string): void {
  if (value instanceof Encoded) writeEncoded(writer, table, value, where)
  else if (table.leaf !== undefined) report(table.leaf.write(writer, value), where)
  else if (!isFields(value)) throw unencodable(where, 'expected an object')
  else if (table.isAny) writeAny(writer, value, where)
  else writeFields(writer, table, value, table.plans)
}

function report(problem: string | undefined, where: string): void {
  if (problem !== undefined) throw unencodable(where, problem)
}

function writeEncoded(writer: Writer, table: Table, value: Encoded, where: string): void {
  if (value.name !== table.name) throw unencodable(where, `an encoded ${value.name} stands where ${table.name} belongs`)
  writer.raw(value.bytes)
}

/** `plans` is the table's own, or that for bodies of an Any, whose `@type` is no field. */
function writeFields(writer: Writer, table: Table, message: Fields, plans: Plans): void {
  for (const field of planFor(table, message, plans).fields) {
    const value = message[field.json]
    if (value !== undefined) writeField(writer, table, field, value)
  }
  const unknown = message[UNKNOWN]
  if (unknown !== undefined) writer.raw(unknown)
}

/** Values of one message mostly have the same properties in the same order, so the last plan fits nearly always. */
function planFor(table: Table, message: Fields, plans: Plans): Plan {
  const plan = plans.last
  let index = 0
  for (const name in message) {
    if (name !== plan.names[index++]) return (plans.last = makePlan(table, message, plans.inAny))
  }
  return index === plan.names.length ? plan : (plans.last = makePlan(table, message, plans.inAny))
}

/** A field that would be lost in silence is our bug: values from outside come through fromJson. */
function makePlan(table: Table, message: Fields, inAny: boolean): Plan {
  const names = Object.keys(message)
  const fields: Field[] = []
  let ignored = 0
  for (const name of names) {
    const field = table.byJson.get(name)
    if (field !== undefined) fields.push(field)
    else if (message[name] === undefined) ignored++
    else if (!inAny || name !== '@type') throw unencodable(`${table.name}.${name}`, 'the message has no such field')
  }
  // An unknown property that is undefined now may be set in the next value, so this plan must not match it.
  return { names: ignored === 0 ? names : NEVER, fields: fields.sort((left, right) => left.number - right.number) }
}

/** Matches no object: no property has this name twice. */
const NEVER: readonly string[] = ['@type', '@type']

function writeField(writer: Writer, table: Table, field: Field, value: unknown): void {
  if (field.flag === '*') writeList(writer, table, field, value)
  else if (field.flag === '%') writeMap(writer, table, field, value)
  else if (value === null && field.ref !== VALUE && field.ref !== NULL_VALUE) return
  else if (field.type === 'm') writeNested(writer, table, field, value)
  else writeScalar(writer, table, field, value)
}

const VALUE = 'google.protobuf.Value'
const NULL_VALUE = 'google.protobuf.NullValue'

const path = (table: Table, field: Field): string => `${table.name}.${field.json}`

function writeNested(writer: Writer, table: Table, field: Field, value: unknown): void {
  writer.varint(field.tag)
  const width = field.width
  const start = writer.open(width)
  const nested = messageOf(field)
  // The ordinary message first: it is by far the most frequent and needs no path text.
  if (nested.leaf !== undefined) {
    const problem = nested.leaf.write(writer, value)
    if (problem !== undefined) throw unencodable(path(table, field), problem)
  } else if (!nested.isAny && isFields(value) && !(value instanceof Encoded)) writeFields(writer, nested, value, nested.plans)
  else writeMessage(writer, nested, value, path(table, field))
  field.width = writer.close(start, width)
}

function writeScalar(writer: Writer, table: Table, field: Field, value: unknown): void {
  if (field.type === 'e') {
    const number = enumNumber(field, value, table)
    if (number === 0 && !field.presence) return
    writer.varint(field.tag)
    writeEnum(writer, number)
    return
  }
  const scalar = field.scalar
  if (!field.presence && scalar.isDefault(value)) return
  writer.varint(field.tag)
  if (!scalar.write(writer, value)) throw unencodable(path(table, field), `expected ${scalar.expected}`)
}

function enumNumber(field: Field, value: unknown, table: Table): number {
  if (field.ref === NULL_VALUE) return 0
  const number = typeof value === 'string' ? enumOfField(field).numbers.get(value) : value
  if (typeof number !== 'number' || (number | 0) !== number) throw unencodable(path(table, field), `${JSON.stringify(value)} is no ${field.ref}`)
  return number
}

function writeEnum(writer: Writer, number: number): void {
  if (number >= 0) writer.varint(number)
  else writer.varint64(BigInt(number))
}

function writeList(writer: Writer, table: Table, field: Field, value: unknown): void {
  if (!Array.isArray(value)) throw unencodable(path(table, field), 'expected a list')
  if (value.length === 0) return
  if (!field.packed) {
    for (const item of value) writeItem(writer, table, field, item)
    return
  }
  writer.varint(field.tag)
  const start = writer.open(field.width)
  for (const item of value) writePacked(writer, table, field, item)
  field.width = writer.close(start, field.width)
}

function writeItem(writer: Writer, table: Table, field: Field, item: unknown): void {
  if (field.type === 'm') {
    writeNested(writer, table, field, item)
    return
  }
  writer.varint(field.tag)
  if (!field.scalar.write(writer, item)) throw unencodable(path(table, field), `expected ${field.scalar.expected}`)
}

function writePacked(writer: Writer, table: Table, field: Field, item: unknown): void {
  if (field.type === 'e') writeEnum(writer, enumNumber(field, item, table))
  else if (!field.scalar.write(writer, item)) throw unencodable(path(table, field), `expected ${field.scalar.expected}`)
}

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const byNumber = (left: string, right: string): number => Number(BigInt(left) - BigInt(right))

function writeMap(writer: Writer, table: Table, field: Field, value: unknown): void {
  if (!isFields(value) || field.entry === undefined) throw unencodable(path(table, field), 'expected an object')
  const { key, value: content } = field.entry
  const names = Object.keys(value)
  if (names.length > 1) names.sort('sb'.includes(key.type) ? byText : byNumber)
  for (const name of names) {
    writer.varint(field.tag)
    const start = writer.open(field.width)
    writeField(writer, table, key, mapKey(table, field, key, name))
    if (value[name] === undefined) throw unencodable(`${path(table, field)}["${name}"]`, 'expected a value')
    writeField(writer, table, content, value[name])
    field.width = writer.close(start, field.width)
  }
}

function mapKey(table: Table, field: Field, key: Field, name: string): unknown {
  if (key.type === 's') return name
  if (key.type === 'b' && (name === 'true' || name === 'false')) return name === 'true'
  const number = parseInt64(name, !'uUxX'.includes(key.type))
  if (number === undefined) throw unencodable(path(table, field), `"${name}" is no key of this map`)
  return 'IUZXF'.includes(key.type) ? number : Number(number)
}

const TYPE_URL_TAG = 10
const VALUE_TAG = 18

function writeAny(writer: Writer, any: Fields, where: string): void {
  const url = any['@type']
  if (typeof url !== 'string') throw unencodable(where, "an Any needs '@type'")
  if (url !== '') {
    writer.varint(TYPE_URL_TAG)
    writer.text(url)
  }
  const at = writer.pos
  writer.varint(VALUE_TAG)
  const start = writer.open(ANY_WIDTH)
  writeAnyBody(writer, any, url, where)
  // An empty body is left out, as protobuf does with every default value.
  if (writer.pos === start) writer.pos = at
  else writer.close(start, ANY_WIDTH)
}

/** Most configs in an Any take 128 bytes to 16 KB. */
const ANY_WIDTH = 2

function writeAnyBody(writer: Writer, any: Fields, url: string, where: string): void {
  const raw = any[RAW]
  if (raw !== undefined) {
    writer.raw(raw)
    return
  }
  const name = messageNameOf(url)
  if (name === '' && Object.keys(any).length === 1) return
  if (!hasMessage(name)) throw unknownMessage(name)
  const table = tableOf(name)
  if (table.leaf === undefined && !table.isAny) writeFields(writer, table, any, table.bodyPlans)
  else if (any['value'] !== undefined) writeMessage(writer, table, any['value'], `${where}(${name})`)
}
