/** Schemas of messages in protobuf's JSON form, as the mesh ConfigMap carries them: both field spellings, enums by name or number. */
import * as z from 'zod'
import { isNumberText } from '../envoy/wire/int64.ts'
import { opt } from '../kubernetes/define.ts'
import { parseDuration, type JsonPath } from '@istio-ts/foundation'

/** A type with every part readonly. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

type Optional<Shape extends z.core.$ZodShape> = { [Key in keyof Shape]: Shape[Key] extends z.core.SomeType ? z.ZodExactOptional<Shape[Key]> : never }

/**
 * A message: every field optional, null = absent, `snake_case` names of the proto file taken for their JSON names, unknown fields kept
 * (Istio keeps going too; {@link unknownFields} finds them). @see https://protobuf.dev/programming-guides/json
 */
export function message<const Shape extends z.core.$ZodShape>(shape: Shape): z.ZodType<z.infer<z.ZodObject<Optional<Shape>>>> {
  const optional = Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, opt(field)])) as Optional<Shape>
  const object = z.looseObject(optional)
  return z.preprocess((value) => jsonNames(value, shape), object) as z.ZodType<z.infer<z.ZodObject<Optional<Shape>>>>
}

function jsonNames(value: unknown, shape: z.core.$ZodShape): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (entries.every(([name, field]) => field !== null && Object.hasOwn(shape, name))) return value
  return Object.fromEntries(entries.filter(([, field]) => field !== null).map(([name, field]) => [jsonName(name, shape), field]))
}

function jsonName(name: string, shape: z.core.$ZodShape): string {
  if (Object.hasOwn(shape, name)) return name
  const camel = name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(shape, camel) ? camel : name
}

/** An enum by name, or by number where `numbers` says which number a name has (default: its index). */
export function enumeration<const Name extends string>(names: readonly [Name, ...Name[]], numbers?: Readonly<Record<string, Name>>): z.ZodType<Name> {
  const byNumber = numbers ?? Object.fromEntries(names.map((name, i) => [String(i), name]))
  return z.preprocess((value) => (typeof value === 'number' ? (byNumber[String(value)] ?? value) : value), z.enum(names))
}

/** A duration as Go writes it, such as `10s`, `1m30s`, `100ms`. */
export const duration = (): z.ZodType<string> => z.string().refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 10s or 100ms')

/** Protobuf's JSON takes numbers in quotes: `concurrency: "2"`. */
const quoted = (schema: z.ZodType<number>): z.ZodType<number> =>
  z.preprocess((value) => (typeof value === 'string' && isNumberText(value) ? Number(value) : value), schema)

/** 32-bit signed. */
export const int32 = (): z.ZodType<number> => quoted(z.int32())
/** 32-bit unsigned. */
export const uint32 = (): z.ZodType<number> => quoted(z.uint32())
/** 64-bit: a number, or its decimal text. */
export const int64 = (): z.ZodType<number | string> => z.union([z.int(), z.string().regex(/^-?\d+$/)])
/** Any number. */
export const number = (): z.ZodType<number> => quoted(z.number())
/** Text. */
export const text = (): z.ZodType<string> => z.string()
/** True or false. */
export const bool = (): z.ZodType<boolean> => z.boolean()
/** A list; null = empty is handled by the message around it. */
export const list = <Item extends z.core.SomeType>(item: Item): z.ZodArray<Item> => z.array(item)
/** A map from text. */
export const map = <Value extends z.core.SomeType>(value: Value): z.ZodRecord<z.ZodString, Value> => z.record(z.string(), value)
/** Free-form JSON object (`google.protobuf.Struct`). */
export const struct = (): z.ZodType<Readonly<Record<string, unknown>>> => z.record(z.string(), z.unknown())
/** A message without fields. */
export const empty = (): z.ZodType<object> => z.looseObject({})

/** A field that no message knows. */
export interface UnknownMeshField {
  readonly path: JsonPath
}

/** All fields of a value that its messages do not know; they have no effect, as in Istio. */
export function unknownFields(schema: z.core.$ZodType, value: unknown, path: JsonPath = []): readonly UnknownMeshField[] {
  const core = coreOf(schema)
  if (core instanceof z.ZodArray && Array.isArray(value)) return value.flatMap((item, i) => unknownFields(core.element, item, [...path, i]))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  if (core instanceof z.ZodRecord) return Object.entries(value).flatMap(([key, item]) => unknownFields(core.valueType, item, [...path, key]))
  if (!(core instanceof z.ZodObject) || Object.keys(core.shape).length === 0) return []
  return Object.entries(value).flatMap(([written, item]) => {
    const name = jsonName(written, core.shape)
    const field: unknown = Object.hasOwn(core.shape, name) ? core.shape[name] : undefined
    return field instanceof z.ZodType ? unknownFields(field, item, [...path, written]) : [{ path: [...path, written] }]
  })
}

function coreOf(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodExactOptional) return coreOf(schema.unwrap())
  return schema instanceof z.ZodPipe ? coreOf(schema.out) : schema
}
