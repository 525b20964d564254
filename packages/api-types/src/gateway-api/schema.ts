/** What the Gateway API's schemas need beyond the toolbox of Istio's kinds: types read off the schema, defaults of the CRD, sets and atomic lists. */
import * as z from 'zod'
import { defaulted, DUPLICATE, factsOf, list, withFacts, type CelRule, type CrdFacts, type Field } from '../istio/shared/schema/index.ts'
import { celCheck, celFacts } from '../istio/shared/schema/cel.ts'
import { sparseObject } from '../istio/shared/schema/sparse-object.ts'

declare const FILLED: unique symbol

/** A field that is always there after parsing, because it has a default. */
export type Filled<T> = Field<T> & { readonly [FILLED]?: true }

type Shape = Readonly<Record<string, Field<unknown>>>
type FilledKeys<S extends Shape> = { readonly [K in keyof S]: typeof FILLED extends keyof S[K] ? K : never }[keyof S]
type Out<F> = F extends Field<infer T> ? T : never

/** What an object of these fields looks like after parsing: required fields and those with defaults are there, the others may be. */
export type ObjectOf<S extends Shape, R extends keyof S> = { readonly [K in R | FilledKeys<S>]: Out<S[K]> } & {
  readonly [K in Exclude<keyof S, R | FilledKeys<S>>]?: Out<S[K]>
}

/** An object; fields that nobody requires and that have no default may be absent, unknown ones are kept. */
export function object<const S extends Shape, const R extends keyof S & string = never>(
  shape: S,
  facts: { readonly required?: readonly R[]; readonly rules?: readonly CelRule<NoInfer<ObjectOf<S, R>>>[] } = {},
): Field<ObjectOf<S, R>> {
  const required = new Set<string>(facts.required)
  const fields = Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, required.has(name) || isFilled(field) ? field : field.optional()]))
  const bare = sparseObject(fields)
  const rules = facts.rules ?? []
  // The check sees what the object has become, that is `ObjectOf`; zod cannot know that from a mapped shape.
  const schema = rules.length > 0 ? bare.check(celCheck(rules as readonly CelRule<unknown>[])) : bare
  return withFacts(schema, { type: 'object', ...(required.size > 0 ? { required: [...required] } : {}), ...celFacts(rules) }) as unknown as Field<ObjectOf<S, R>>
}

const isFilled = (field: z.ZodType): boolean => factsOf(field)?.default !== undefined

/** A field with a default that the API server fills in, and so do we. */
export const filled = <T>(field: Field<T>, value: T): Filled<T> => defaulted(field, value, { inCrd: true })

/** The same for a value that the children's own defaults complete. @param written as the CRD says it. @param value completed */
export const filledAs = <T>(field: Field<T>, written: unknown, value: T): Filled<T> => {
  const schema = defaulted(field, value)
  return withFacts(schema, { ...factsOf(schema), default: written })
}

const withListType = <T>(schema: Field<readonly T[]>, type: CrdFacts['x-kubernetes-list-type'] & string): Field<readonly T[]> =>
  withFacts(schema, { ...factsOf(schema), 'x-kubernetes-list-type': type })

/** A list that server-side apply replaces as a whole. */
export const atomic = <T>(item: Field<T>, limits?: Parameters<typeof list<T>>[1]): Field<readonly T[]> => withListType(list(item, limits), 'atomic')

/** A list without repetitions. */
export function set<T>(item: Field<T>, limits?: Parameters<typeof list<T>>[1]): Field<readonly T[]> {
  const plain = list(item, limits)
  const schema = plain.check((context) => {
    context.value.forEach((value, i) => {
      if (context.value.indexOf(value) < i) context.issues.push({ code: 'custom', input: value, path: [i], message: JSON.stringify(value), params: { by: DUPLICATE }, continue: true })
    })
  })
  return withFacts(schema, { ...factsOf(plain), 'x-kubernetes-list-type': 'set' })
}

/** An int64 in JSON. */
export const int64 = (minimum: number): Field<number> => withFacts(z.int().min(minimum), { type: 'integer', format: 'int64', minimum })

/** One of these integers. */
export const oneOfIntegers = (values: readonly number[]): Field<number> =>
  withFacts(z.int().refine((value) => values.includes(value), `must be one of ${values.join(', ')}`), { type: 'integer', enum: values })

/** A field with further facts. */
export const also = <S extends Field<unknown>>(schema: S, facts: CrdFacts): S => withFacts(schema, { ...factsOf(schema), ...facts })

/** A CEL rule of which only the text matters: our own check of the same is the API server's. */
export const textOnly = <T>(message: string, cel: string): CelRule<T> => ({ message, rule: cel, holds: () => true })
