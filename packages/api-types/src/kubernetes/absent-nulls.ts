/** Null fields of Kubernetes' own kinds, which mean "not given" wherever they stand. */
import * as z from 'zod'
// Not by `z.core`, which would bring all of it into the bundle of one kind.
import { $constructor } from 'zod/v4/core'
import { hasNull } from '../validation/has-null.ts'

/**
 * Drops the null fields of objects, at any depth: Kubernetes takes `ports: null` for "not given" in its own kinds.
 * Returns the same object when there is no null in it, so that large collections are not copied. Deeper than 64 levels is left as it is.
 */
export const dropNulls = (value: unknown): unknown => (hasNull(value) ? drop(value, 0) : value)

function drop(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 64) return value
  if (Array.isArray(value)) return value.map((item: unknown) => drop(item, depth + 1))
  return Object.fromEntries(Object.entries(value).flatMap(([key, child]): [string, unknown][] => (child === null ? [] : [[key, drop(child, depth + 1)]])))
}

/** A schema that sees no nulls. Not `z.preprocess`, which makes functions at each reading that outlive it. */
const NullsAbsent = /* @__PURE__ */ $constructor<z.ZodPipe, z.core.$ZodPipeDef>('NullsAbsent', (node, definition) => {
  void z.ZodPipe.init(node, definition)
  node._zod.parse = (payload, context) => {
    payload.value = dropNulls(payload.value) ?? {}
    return definition.out._zod.run(payload, context)
  }
})

/** The schema, for values whose null fields are absent; nothing at all is an empty object. */
export const nullsAbsent = <T>(schema: z.ZodType<T>): z.ZodType<T> => new NullsAbsent({ type: 'pipe', in: schema, out: schema }) as unknown as z.ZodType<T>
