/** Messages in memory to JSON-ready values: bytes become base64, unknown fields go, encoded parts are opened. */
import { decodeMessage } from '../codec/decode.ts'
import { Encoded } from '../encoded.ts'
import { hasMessage, messageOf, tableOf, type Field, type Table } from '../schema/table.ts'
import { messageNameOf } from '../schema/type-url.ts'
import { isFields, RAW, setOwn, type Fields } from '../values.ts'
import { toBase64 } from '../wire/base64.ts'

/** Fields come in number order; the input is not changed. */
export function messageToJson(name: string, value: unknown): unknown {
  return toJson(tableOf(name), value)
}

function toJson(table: Table, value: unknown): unknown {
  if (value instanceof Encoded) return toJson(table, decodeMessage(value.name, value.bytes))
  if (table.leaf !== undefined) return table.leaf.toJson(value)
  if (!isFields(value)) return value
  return table.isAny ? anyToJson(value) : fieldsToJson(table, value, {})
}

function fieldsToJson(table: Table, message: Fields, out: Record<string, unknown>): Record<string, unknown> {
  for (const field of table.fields) {
    const value = message[field.json]
    if (value !== undefined) out[field.json] = fieldToJson(field, value)
  }
  return out
}

function fieldToJson(field: Field, value: unknown): unknown {
  if (field.flag === '*') return Array.isArray(value) ? value.map((item) => singleToJson(field, item)) : value
  if (field.entry === undefined || !isFields(value)) return singleToJson(field, value)
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setOwn(out, key, singleToJson(field.entry.value, value[key]))
  return out
}

function singleToJson(field: Field, value: unknown): unknown {
  if (field.type === 'm') return toJson(messageOf(field), value)
  return field.type === 'e' ? value : field.scalar.toJson(value)
}

function decodedFields(name: string, raw: Uint8Array): Fields {
  const message = decodeMessage(name, raw)
  return isFields(message) ? message : {}
}

/** A type that we do not know keeps its bytes as base64 under `value`; fromJson takes that back. */
function anyToJson(any: Fields): unknown {
  const url = any['@type']
  const raw = any[RAW]
  const name = messageNameOf(String(url))
  if (!hasMessage(name)) return raw === undefined ? (url === '' ? {} : { '@type': url }) : { '@type': url, value: toBase64(raw) }
  const table = tableOf(name)
  // Empty has no form of its own in JSON, so it has no "value" either.
  if (name === 'google.protobuf.Empty') return { '@type': url }
  if (raw !== undefined) return anyToJson(table.leaf === undefined && !table.isAny ? { '@type': url, ...decodedFields(name, raw) } : { '@type': url, value: decodeMessage(name, raw) })
  return table.leaf === undefined && !table.isAny ? fieldsToJson(table, any, { '@type': url }) : { '@type': url, value: toJson(table, any['value']) }
}
