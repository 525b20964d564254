/** Messages, lists and maps: how the fields of a protobuf message become one zod node with the facts of its CRD. */
import * as z from 'zod'
import { isRecord } from '../../../validation/is-record.ts'
import { celCheck, celFacts, type CelRule } from './cel.ts'
import { factsOf, withFacts, type CrdFacts } from './crd-facts.ts'
import type { Field } from './scalars.ts'
import { sparseObject } from './sparse-object.ts'

/** One zod node per field of `T`; the compiler holds names and types of the interface and the schema together. */
export type Shape<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> }

/** What is true of a message beyond its fields. */
export interface MessageFacts<T> {
  /** Fields the API server insists on; all others may be absent. */
  readonly required?: readonly (keyof T & string)[]
  /** Groups of fields of which at most one may be set (protobuf `oneof`), in the order of the CRD. */
  readonly oneOf?: readonly (readonly (keyof T & string)[])[]
  readonly rules?: readonly CelRule<T>[]
}

/** How an issue of a `oneof` group is told from other custom issues. */
export const ONE_OF = 'oneOf'

/** A message. Unknown fields are kept and reported by `unknownFields`; the type parameter names the interface users see. */
export function message<T extends object>(shape: Shape<T>, facts: MessageFacts<T> = {}): Field<T> {
  const required = new Set<string>(facts.required)
  const fields: Record<string, z.ZodType> = {}
  // A field with a default is optional by itself; another wrapper would keep the default from absent fields.
  for (const [name, field] of Object.entries<z.ZodType>(shape)) fields[name] = required.has(name) || field instanceof z.ZodDefault ? field : optionalOf(field)
  const groups = facts.oneOf ?? []
  const rules = facts.rules ?? []
  const bare = sparseObject(fields)
  const withGroups = groups.some((group) => group.length > 1) ? bare.check(oneOfCheck(groups)) : bare
  const schema = rules.length > 0 ? withGroups.check(celCheck(rules as readonly CelRule<unknown>[])) : withGroups
  return withFacts(schema, { type: 'object', ...requiredFacts(facts.required), ...oneOfFacts(groups), ...celFacts(rules) }) as unknown as Field<T>
}

const optionals = new WeakMap<z.ZodType, z.ZodType>()

/** The optional form of a node, made once. */
function optionalOf(field: z.ZodType): z.ZodType {
  const known = optionals.get(field)
  if (known) return known
  const made = field.optional()
  optionals.set(field, made)
  return made
}

function oneOfCheck(groups: readonly (readonly string[])[]): z.core.CheckFn<Record<string, unknown>> {
  return (context) => {
    for (const group of groups) {
      const set = group.filter((field) => context.value[field] !== undefined)
      if (set.length < 2) continue
      context.issues.push({ code: 'custom', input: context.value, message: `only one of ${set.join(', ')} may be set`, params: { by: ONE_OF, set }, continue: true })
    }
  }
}

const requiredFacts = (required: readonly string[] | undefined): CrdFacts => (required && required.length > 0 ? { required } : {})

function oneOfFacts(groups: readonly (readonly string[])[]): CrdFacts {
  const [first, ...rest] = groups.map((group) => [{ not: { anyOf: group.map((field) => ({ required: [field] })) } }, ...group.map((field) => ({ required: [field] }))])
  if (!first) return {}
  return rest.length === 0 ? { oneOf: first } : { allOf: [first, ...rest].map((oneOf) => ({ oneOf })) }
}

/** Limits of a list. */
export interface ListLimits<T> {
  readonly minItems?: number
  readonly maxItems?: number
  /** The list is a map of the API server with these keys: two items with the same keys are refused. */
  readonly mapKeys?: readonly (keyof T & string)[]
  readonly rules?: readonly CelRule<readonly T[]>[]
}

/** How an issue of a repeated map key is told from other custom issues. */
export const DUPLICATE = 'duplicate'

/** A list. */
export function list<T>(item: Field<T>, limits: ListLimits<T> = {}): Field<readonly T[]> {
  const { minItems, maxItems, mapKeys, rules } = limits
  let schema = z.array(item)
  if (minItems !== undefined) schema = schema.min(minItems)
  if (maxItems !== undefined) schema = schema.max(maxItems)
  if (mapKeys) schema = schema.check(duplicateCheck(mapKeys))
  if (rules) schema = schema.check(celCheck<readonly T[]>(rules))
  const counts = { ...(minItems === undefined ? {} : { minItems }), ...(maxItems === undefined ? {} : { maxItems }) }
  const keys: CrdFacts = mapKeys ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': mapKeys } : {}
  return withFacts(schema, { type: 'array', ...counts, ...keys, ...celFacts(rules) })
}

function duplicateCheck<T>(keys: readonly (keyof T & string)[]): z.core.CheckFn<readonly T[]> {
  return (context) => {
    const seen = new Set<string>()
    for (const [index, item] of context.value.entries()) {
      const key = JSON.stringify(Object.fromEntries(keys.map((name) => [name, item[name]])))
      if (seen.has(key)) context.issues.push({ code: 'custom', input: item, path: [index], message: key, params: { by: DUPLICATE }, continue: true })
      seen.add(key)
    }
  }
}

/** Limits of a map. */
export interface MapLimits<T> {
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly rules?: readonly CelRule<Readonly<Record<string, T>>>[]
}

/** How an issue of too many entries is told from other custom issues. */
export const TOO_MANY_ENTRIES = 'maxProperties'

/** A map from text to `T`. */
export function map<T>(value: Field<T>, limits: MapLimits<T> = {}): Field<Readonly<Record<string, T>>> {
  const { minProperties, maxProperties, rules } = limits
  let schema = z.record(z.string(), value)
  if (minProperties !== undefined) schema = schema.check(leastCheck(minProperties))
  if (maxProperties !== undefined) schema = schema.check(sizeCheck(maxProperties))
  if (rules) schema = schema.check(celCheck<Readonly<Record<string, T>>>(rules))
  const counts = { ...(minProperties === undefined ? {} : { minProperties }), ...(maxProperties === undefined ? {} : { maxProperties }) }
  return withFacts(schema, { type: 'object', ...counts, ...celFacts(rules) })
}

/** How an issue of too few entries is told from other custom issues. */
export const TOO_FEW_ENTRIES = 'minProperties'

const leastCheck = (least: number): z.core.CheckFn<Readonly<Record<string, unknown>>> => (context) => {
  if (Object.keys(context.value).length >= least) return
  context.issues.push({ code: 'custom', input: context.value, message: `must have at least ${least} entries`, params: { by: TOO_FEW_ENTRIES, least }, continue: true })
}

const sizeCheck = (most: number): z.core.CheckFn<Readonly<Record<string, unknown>>> => (context) => {
  const count = Object.keys(context.value).length
  if (count <= most) return
  context.issues.push({ code: 'custom', input: context.value, message: `must have at most ${most} entries`, params: { by: TOO_MANY_ENTRIES, most }, continue: true })
}

/** A free-form object (`google.protobuf.Struct`), copied; deeper than 100 levels is refused. */
export const struct = (): Field<Readonly<Record<string, unknown>>> => {
  const schema = z.custom<Readonly<Record<string, unknown>>>(isFreeForm, { params: { by: STRUCT } }).transform(copyObject)
  return withFacts(schema, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true })
}

const MAX_DEPTH = 100

const isFreeForm = (value: unknown): boolean => isRecord(value) && isShallow(value, MAX_DEPTH)

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' || value === null || (levels > 0 && Object.values(value).every((child) => isShallow(child, levels - 1)))

/** A copy, so that it can be frozen; a key `__proto__` is left out. */
const copyObject = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).flatMap(([key, child]) => (key === '__proto__' ? [] : [[key, copy(child)]])))

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? value.map(copy) : copyObject(value)
}

/** How an issue of {@link struct} is told from other custom issues. */
export const STRUCT = 'struct'

/** A default that we fill in when the field is absent. Only where absent and default mean the same everywhere; the CRD does not say it unless `inCrd`. */
export function defaulted<T>(field: Field<T>, value: T, options: { readonly inCrd?: boolean } = {}): Field<T> {
  return withFacts(field.default(value as z.core.util.NoUndefined<T>), crdFactsWithDefault(field, value, options.inCrd === true))
}

const crdFactsWithDefault = <T>(field: Field<T>, value: unknown, inCrd: boolean): CrdFacts => ({ ...factsOf(field), ...(inCrd ? { default: value } : {}) })
