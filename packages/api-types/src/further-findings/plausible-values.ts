/** Values that could stand where a schema refused one: the mistaken value corrected, and a spread of what the schema takes. */
import type { JsonPath } from '@istio-ts/foundation'
import * as z from 'zod'

/** Stands for a field that is left out. */
export const ABSENT: unique symbol = Symbol('absent')

/** How many values are tried; enough for the largest enum and for each alternative of a `oneOf`. */
const MOST = 12

/** Texts that Istio's rules tell apart: a host, all hosts, a duration, the mesh gateway, protocols with and without TLS, an address, a path. */
const TEXTS = ['example.com', '*', '1s', 'mesh', 'HTTPS', 'TCP', '10.0.0.1', '/a', 'HTTP', 'a', '1'] as const
const NUMBERS = [1, 0, 80, 443, 5, 100, 503, 1000, 0.5] as const

/** What could stand at a path of a value of the schema, the most plausible first. @param mistaken what stands there */
export function plausibleValues(schema: z.ZodType, path: JsonPath, mistaken: unknown): readonly unknown[] {
  const node = nodeAt(schema, path)
  if (!node) return []
  const absent = typeof path.at(-1) === 'string' && node.safeParse(undefined).success ? [ABSENT] : []
  return [...absent, ...[...corrected(mistaken), ...proposals(node)].filter((value) => value !== undefined && node.safeParse(value).success)].slice(0, MOST)
}

/** Names of the fields that an object at a path may have. */
export function fieldNames(schema: z.ZodType, path: JsonPath): readonly string[] {
  const node = nodeAt(schema, path)
  const core = node && coreOf(node)
  return core instanceof z.ZodObject ? Object.keys(core.shape) : []
}

/** The node that checks the value at a path. */
function nodeAt(schema: z.ZodType, path: JsonPath): z.ZodType | undefined {
  let node: z.ZodType | undefined = schema
  for (const step of path) {
    const core: z.ZodType | undefined = node && coreOf(node)
    let child: unknown
    if (core instanceof z.ZodObject) child = Object.hasOwn(core.shape, step) ? core.shape[step] : undefined
    else if (core instanceof z.ZodArray) child = core.element
    else if (core instanceof z.ZodRecord) child = core.valueType
    node = child instanceof z.ZodType ? child : undefined
  }
  return node
}

/** The node below all wrappers; of a preprocessing pipe what comes after the preprocessing. */
function coreOf(schema: z.ZodType): z.ZodType {
  let inner: unknown
  if (schema instanceof z.ZodPipe) inner = schema.in instanceof z.ZodTransform ? schema.out : schema.in
  else if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional || schema instanceof z.ZodLazy) inner = schema.unwrap()
  return inner instanceof z.ZodType ? coreOf(inner) : schema
}

/** What was meant, if only the form is wrong: `hosts: a` for `hosts: [a]`, `weight: "80"`, `version: 1`. */
function corrected(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [[value], ...(value.trim() === '' ? [] : [Number(value)]), value.toUpperCase(), value === 'true' || value === 'false' ? value === 'true' : undefined]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value), [String(value)], `${String(value)}s`]
  return typeof value === 'object' && value !== null ? [[value]] : []
}

/** Levels of objects and lists to which required fields are followed; no message of Istio's requires itself. */
const DEPTH = 8
/** Levels to which an object is also tried with each of its optional fields. */
const WIDTH_DEPTH = 1

function proposals(node: z.ZodType, depth = 0): readonly unknown[] {
  const core = coreOf(node)
  if (depth > DEPTH) return []
  if (core instanceof z.ZodString) return TEXTS
  if (core instanceof z.ZodNumber) return NUMBERS
  if (core instanceof z.ZodBoolean) return [true, false]
  if (core instanceof z.ZodEnum) return core.options
  if (core instanceof z.ZodLiteral) return [...core.values]
  if (core instanceof z.ZodArray) return [...(core.element instanceof z.ZodType ? proposals(core.element, depth + 1) : []).map((item) => [item]), []]
  if (core instanceof z.ZodRecord) return [...(core.valueType instanceof z.ZodType ? first(core.valueType, depth + 1) : []).map((value) => ({ a: value })), {}]
  if (core instanceof z.ZodUnion) return core.options.flatMap((option) => (option instanceof z.ZodType ? proposals(option, depth + 1) : []))
  if (core instanceof z.ZodObject) return objects(core, depth)
  return [{}, 'a', 1]
}

/** The object with what is required, alone and with each other field. */
function objects(core: z.ZodObject, depth: number): readonly object[] {
  const fields = Object.entries(core.shape).flatMap(([name, field]) => (field instanceof z.ZodType ? [{ name, field, isOptional: field.safeParse(undefined).success }] : []))
  const entry = ({ name, field }: { readonly name: string; readonly field: z.ZodType }): readonly (readonly [string, unknown])[] => first(field, depth + 1).map((value) => [name, value])
  const required = fields.filter(({ isOptional }) => !isOptional).flatMap(entry)
  const others = depth > WIDTH_DEPTH ? [] : fields.filter(({ isOptional }) => isOptional).flatMap(entry)
  return [Object.fromEntries(required), ...others.map((other) => Object.fromEntries([...required, other]))]
}

/** One value that the node takes, as a list; empty if none was found. */
const first = (node: z.ZodType, depth: number): readonly unknown[] => proposals(node, depth).filter((value) => node.safeParse(value).success).slice(0, 1)
