/** Random messages, ours against @bufbuild/protobuf: the same bytes and the same JSON, in both directions. */
import { join } from 'node:path'
import { createFileRegistry, fromBinary, fromJson as theirFromJson, toBinary, toJson as theirToJson, type DescMessage, type JsonValue } from '@bufbuild/protobuf'
import { file_google_protobuf_any, file_google_protobuf_duration, file_google_protobuf_empty, file_google_protobuf_field_mask, file_google_protobuf_struct, file_google_protobuf_timestamp, file_google_protobuf_wrappers, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import fc, { type GeneratorValue } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, fromJson, toJson, type MessageName } from './index.ts'
import { MESSAGES } from './gen/descriptor.ts'
import { enumOfField, messageOf, tableOf, type Field, type Table } from './schema/table.ts'

/** What tools/codegen/read-protos.ts says; it stands outside this TypeScript project, hence the types here. */
interface FactField {
  readonly name: string
  readonly number: number
  readonly type: string
  readonly ref?: string
  readonly label: string
  readonly oneof?: string
  readonly mapKey?: string
}
interface FactFile {
  readonly package: string
  readonly messages: readonly { readonly name: string; readonly fields: readonly FactField[] }[]
  readonly enums: readonly { readonly name: string; readonly values: readonly { readonly name: string; readonly number: number }[] }[]
}
type ReadProtos = (folder: string) => { readonly files: Readonly<Record<string, FactFile>> }

const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
const camel = (name: string): string => name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
const isChild = (outer: string) => (item: { readonly name: string }): boolean => item.name.slice(0, item.name.lastIndexOf('.')) === outer

function fieldProto(field: FactField, owner: string, oneofs: readonly string[]): JsonValue {
  const entry = field.label === 'map' ? `.${owner}.${camel(field.name)}Entry` : undefined
  return {
    name: field.name,
    jsonName: camel(`-${field.name}`).slice(1),
    number: field.number,
    label: field.label === 'singular' ? 'LABEL_OPTIONAL' : 'LABEL_REPEATED',
    type: entry === undefined ? `TYPE_${field.type.toUpperCase()}` : 'TYPE_MESSAGE',
    ...(entry ?? field.ref ? { typeName: entry ?? `.${field.ref}` } : {}),
    ...(field.oneof === undefined ? {} : { oneofIndex: oneofs.indexOf(field.oneof) }),
  }
}

function messageProto(name: string, fields: readonly FactField[], file: FactFile): JsonValue {
  const oneofs = [...new Set(fields.flatMap((field) => field.oneof ?? []))]
  const entries = fields.filter((field) => field.label === 'map').map((field): JsonValue => ({
    name: `${camel(field.name)}Entry`,
    options: { mapEntry: true },
    field: [fieldProto({ name: 'key', number: 1, type: field.mapKey ?? '', label: 'singular' }, name, []), fieldProto({ ...field, name: 'value', number: 2, label: 'singular' }, name, [])],
  }))
  const nested = file.messages.filter(isChild(name)).map((item) => messageProto(item.name, item.fields, file))
  return { name: last(name), field: fields.map((field) => fieldProto(field, name, oneofs)), nestedType: [...entries, ...nested], enumType: file.enums.filter(isChild(name)).map(enumProto), oneofDecl: oneofs.map((oneof) => ({ name: oneof })) }
}

const enumProto = ({ name, values }: FactFile['enums'][number]): JsonValue => ({ name: last(name), value: values.map((value) => ({ ...value })) })

/** A descriptor set lists a file after those that it imports. */
function dependenciesFirst(files: Readonly<Record<string, FactFile>>, dependencies: (file: FactFile, path: string) => string[]): (readonly [string, FactFile])[] {
  const sorted = new Map<string, FactFile>()
  const visit = (path: string): void => {
    const file = files[path]
    if (file === undefined || sorted.has(path)) return
    for (const other of dependencies(file, path)) visit(other)
    sorted.set(path, file)
  }
  for (const path of Object.keys(files)) visit(path)
  return [...sorted]
}

/** A registry made straight from the .proto files: our descriptor and our tables have no part in it. */
async function registry() {
  const root = join(import.meta.dirname, '../../../..')
  const module = (await import(join(root, 'tools/codegen/read-protos.ts'))) as { readProtos: ReadProtos }
  const { files } = module.readProtos(join(root, 'protos'))
  const home = new Map(Object.entries(files).flatMap(([path, file]) => [...file.messages, ...file.enums].map((item) => [item.name, path] as const)))
  const wellKnown = [file_google_protobuf_any, file_google_protobuf_duration, file_google_protobuf_empty, file_google_protobuf_field_mask, file_google_protobuf_struct, file_google_protobuf_timestamp, file_google_protobuf_wrappers]
  const dependencies = (file: FactFile, path: string): string[] => [...new Set([...file.messages.flatMap((item) => item.fields.flatMap((field) => home.get(field.ref ?? '') ?? [])), ...wellKnown.map((item) => item.proto.name)])].filter((other) => other !== path)
  const own = dependenciesFirst(files, dependencies).map(([path, file]): JsonValue => ({
    name: path,
    package: file.package,
    syntax: 'proto3',
    dependency: dependencies(file, path),
    messageType: file.messages.filter(isChild(file.package)).map((item) => messageProto(item.name, item.fields, file)),
    enumType: file.enums.filter(isChild(file.package)).map(enumProto),
  }))
  return createFileRegistry(theirFromJson(FileDescriptorSetSchema, { file: [...wellKnown.map((item) => theirToJson(FileDescriptorProtoSchema, item.proto)), ...own] }))
}

const theirs = await registry()

function schemaOf(name: string): DescMessage {
  const schema = theirs.getMessage(name)
  if (schema === undefined) throw new Error(`the oracle lacks ${name}`)
  return schema
}

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.string({ maxLength: 80 }), fc.constant(''))
const nanos = fc.constantFrom('', '.500', '.000001', '.123456789')

const LEAVES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'google.protobuf.BoolValue': fc.boolean(),
  'google.protobuf.BytesValue': fc.uint8Array({ maxLength: 8 }),
  'google.protobuf.DoubleValue': fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  'google.protobuf.Duration': fc.tuple(fc.constantFrom('', '-'), fc.nat(10_000_000), nanos).map(([sign, seconds, part]) => (seconds === 0 && part === '' ? '0s' : `${sign}${seconds}${part}s`)),
  'google.protobuf.Empty': fc.constant({}),
  'google.protobuf.FieldMask': fc.constantFrom('', 'a', 'aB,cDe.f'),
  'google.protobuf.FloatValue': fc.integer({ min: -1000, max: 1000 }),
  'google.protobuf.Int32Value': fc.integer(),
  'google.protobuf.Int64Value': fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  'google.protobuf.ListValue': fc.array(fc.jsonValue({ maxDepth: 1 })),
  'google.protobuf.StringValue': text,
  'google.protobuf.Struct': fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2, noUnicodeString: true })),
  'google.protobuf.Timestamp': fc.tuple(fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }), nanos).map(([seconds, part]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}${part}Z`),
  'google.protobuf.UInt32Value': fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  'google.protobuf.UInt64Value': fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  'google.protobuf.Value': fc.jsonValue({ maxDepth: 1 }),
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  s: text,
  b: fc.boolean(),
  y: fc.uint8Array({ maxLength: 300 }),
  i: fc.integer(),
  u: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  d: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(Infinity, -Infinity, 0, -0)),
  I: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -300n, max: 300n })).map(String),
  U: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n })).map(String),
}

const NAMES = Object.keys(MESSAGES)

// fast-check compares what a generator is called with, so these take texts and numbers only.
const pick = (arbitraries: Readonly<Record<string, fc.Arbitrary<unknown>>>) => (name: string): fc.Arbitrary<unknown> => {
  const found = arbitraries[name]
  if (found === undefined) throw new Error(`no arbitrary for ${name}`)
  return found
}
const leafValue = pick(LEAVES)
const scalarValue = pick(SCALARS)
const fieldIndexes = (count: number, most: number): fc.Arbitrary<number[]> => fc.subarray([...Array(count).keys()], { maxLength: Math.min(most, count) })
// Empty in an Any has a `value` in Go's JSON (ours, because istiod is Go) and none in theirs.
const anyName = (): fc.Arbitrary<string> => fc.constantFrom(...NAMES, ...Object.keys(LEAVES).filter((name) => name !== 'google.protobuf.Empty'))
const few = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: 3 })

function single(g: GeneratorValue, field: Field, depth: number): unknown {
  if (field.type === 'm') return message(g, messageOf(field), depth + 1)
  if (field.ref === 'google.protobuf.NullValue') return null
  if (field.type === 'e') return enumOfField(field).names.get(g(few) - 1) ?? 12345
  return g(scalarValue, field.type)
}

const keyText = pick({ s: fc.string({ maxLength: 6 }), I: fc.bigInt({ min: 0n, max: 1000n }).map(String), i: fc.nat().map(String) })

function valueOf(g: GeneratorValue, field: Field, depth: number): unknown {
  const count = g(few)
  if (field.flag === '*') return Array.from({ length: count }, () => single(g, field, depth))
  const entry = field.entry
  if (entry === undefined) return single(g, field, depth)
  return Object.fromEntries(Array.from({ length: count }, () => [g(keyText, entry.key.type), single(g, entry.value, depth)]).filter(([key]) => key !== '__proto__'))
}

function message(g: GeneratorValue, table: Table, depth: number): unknown {
  if (table.name in LEAVES) return g(leafValue, table.name)
  if (table.isAny) return anyOf(g, depth)
  const out: Record<string, unknown> = {}
  for (const index of g(fieldIndexes, table.fields.length, depth > 3 ? 0 : 5)) {
    const field = table.fields[index]
    if (field === undefined) continue
    if (field.rivals.some((rival) => rival in out)) continue
    const value = valueOf(g, field, depth)
    const isDefault = !field.presence && field.flag === '' && (field.type === 'e' ? value === enumOfField(field).names.get(0) : field.scalar.isDefault(value))
    if (!isDefault) out[field.json] = value
  }
  return out
}

function anyOf(g: GeneratorValue, depth: number): unknown {
  const name = g(anyName)
  const url = `type.googleapis.com/${name}`
  const value = message(g, tableOf(name), depth + 1)
  return name in LEAVES ? { '@type': url, value } : { '@type': url, ...(value as object) }
}

const isMessageName = (name: string): name is MessageName => name in MESSAGES

describe('against @bufbuild/protobuf', () => {
  it('has the same messages', () => {
    expect(NAMES.filter((name) => theirs.getMessage(name) === undefined)).toEqual([])
  })

  it('random messages have the same bytes and the same JSON', { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.constantFrom(...NAMES), fc.gen(), (name, g) => {
      if (!isMessageName(name)) return
      const value = message(g, tableOf(name), 0) as never
      const bytes = encode(name, value)
      const schema = schemaOf(name)
      const their = fromBinary(schema, bytes)
      const json = theirToJson(schema, their, { registry: theirs })
      const ours = toJson(name, value) as JsonValue
      expect(ours).toEqual(json)
      expect(decode(name, bytes)).toEqual(value)
      expect(fromJson(name, json)).toEqual({ value, problems: [] })
      expect(decode(name, toBinary(schema, theirFromJson(schema, json, { registry: theirs })))).toEqual(value)
      // They write map entries as JavaScript orders properties (numbers first), we by text: the same bytes in another order.
      expect(toBinary(schema, their).sort()).toEqual(bytes.sort())
    }), { numRuns: 3000 })
  })
})
