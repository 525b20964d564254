/** What a CustomResourceDefinition says of one node of a schema, kept beside the zod node that checks the same. */
import * as z from 'zod'

/** A rule of `x-kubernetes-validations`. */
export interface CrdRule {
  readonly message: string
  readonly rule: string
}

/** The facts of one node, in the words of a structural schema; children are read from the zod node itself. */
export interface CrdFacts {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly format?: string
  readonly nullable?: true
  readonly enum?: readonly (string | number)[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly oneOf?: readonly object[]
  readonly allOf?: readonly object[]
  readonly anyOf?: readonly object[]
  readonly 'x-kubernetes-validations'?: readonly CrdRule[]
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
  readonly 'x-kubernetes-int-or-string'?: true
  readonly 'x-kubernetes-preserve-unknown-fields'?: true
}

/** A structural schema as a tree, as it stands in a CRD (descriptions apart). */
export interface CrdSchema extends CrdFacts {
  readonly properties?: Readonly<Record<string, CrdSchema>>
  readonly items?: CrdSchema
  readonly additionalProperties?: CrdSchema
}

/** Where the facts of zod nodes are kept. Register last: a zod method that clones a node loses them. */
export const crdFacts = z.registry<CrdFacts>()

/** Puts facts beside a node and returns it. A node that has facts already may be shared, so it stays as it is and its copy gets them. */
export function withFacts<S extends z.ZodType>(schema: S, facts: CrdFacts): S {
  const node = crdFacts.has(schema) ? schema.clone(schema.def) : schema
  crdFacts.add(node, facts)
  return node
}

/** The facts of a node; optional, default and pipe wrappers are looked through. */
export function factsOf(schema: z.ZodType): CrdFacts | undefined {
  for (let node: z.ZodType | undefined = schema; node; node = innerOf(node)) {
    const facts = crdFacts.get(node)
    if (facts) return facts
  }
  return undefined
}

/** What a wrapper wraps; undefined for a node that is no wrapper. */
export function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodType ? schema.in : undefined
  const isWrapper = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional
  const inner: unknown = isWrapper ? schema.unwrap() : schema instanceof z.ZodLazy ? schema.unwrap() : undefined
  return inner instanceof z.ZodType ? inner : undefined
}

/** The node below all wrappers. */
export function coreOf(schema: z.ZodType): z.ZodType {
  let node = schema
  for (let inner = innerOf(node); inner; inner = innerOf(node)) node = inner
  return node
}

/** The structural schema of a zod node made by this toolbox: its own facts and those of its children. */
export function crdSchemaOf(schema: z.ZodType): CrdSchema {
  const facts = factsOf(schema) ?? {}
  const core = coreOf(schema)
  if (core instanceof z.ZodObject) {
    const entries = Object.entries(core.shape).flatMap(([key, child]): [string, CrdSchema][] => (child instanceof z.ZodType ? [[key, crdSchemaOf(child)]] : []))
    return entries.length === 0 ? facts : { ...facts, properties: Object.fromEntries(entries) }
  }
  if (core instanceof z.ZodArray && core.element instanceof z.ZodType) return { ...facts, items: crdSchemaOf(core.element) }
  if (core instanceof z.ZodRecord && core.valueType instanceof z.ZodType) return { ...facts, additionalProperties: crdSchemaOf(core.valueType) }
  return facts
}
