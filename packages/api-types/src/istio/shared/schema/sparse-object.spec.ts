/** A sparse object reads as a loose one does, and says the same of what is wrong. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { sparseObject } from './sparse-object.ts'

/** The same schema, by both. */
const schemas = [z.looseObject, sparseObject].map((object) => {
  const inner = object({ a: z.string().optional(), b: z.int().min(0).optional() }).check((context) => {
    if (context.value['a'] === 'odd') context.issues.push({ code: 'custom', input: context.value, message: 'odd', continue: true })
  })
  return object({
    name: z.string(),
    list: z.array(inner).optional(),
    map: z.record(z.string(), inner).optional(),
    one: inner.optional(),
    kind: z.string().default('none'),
    text: z.string().transform((text) => text.toUpperCase()).optional(),
    null: z.int().nullable().optional(),
  })
})

const inner = fc.oneof(fc.record({ a: fc.constantFrom('x', 'odd', 5), b: fc.constantFrom(1, -1, null), c: fc.constant(1) }, { requiredKeys: [] }), fc.constantFrom(null, undefined, 1, [], {}))
const value = fc.oneof(
  { weight: 9, arbitrary: fc.record({ name: fc.constantFrom('n', 'm', 1, undefined), list: fc.oneof(fc.array(inner, { maxLength: 3 }), fc.constant('x')), map: fc.dictionary(fc.constantFrom('k', '__proto__', 'toString'), inner, { maxKeys: 2 }), one: inner, kind: fc.constantFrom('k', 1, undefined), text: fc.constantFrom('t', 1), null: fc.constantFrom(null, 1, 'x'), unknown: inner, constructor: fc.constant(1) }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, 'x', 5, [], () => 0) },
)

describe('a sparse object', () => {
  it('is a loose object, in value, order of fields and issues', () => {
    fc.assert(fc.property(value, (input) => {
      const [loose, sparse] = schemas.map((schema) => schema.safeParse(input))
      expect(sparse).toEqual(loose)
      expect(JSON.stringify(sparse?.data)).toBe(JSON.stringify(loose?.data))
    }), { numRuns: 2000 })
  })
  it('keeps an own field __proto__ out, as zod does', () => {
    for (const schema of schemas) {
      const { data } = schema.safeParse(JSON.parse('{"name": "n", "__proto__": {"polluted": 1}}'))
      expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
      expect(Object.keys(data ?? {})).toEqual(['name', 'kind'])
    }
  })
})
