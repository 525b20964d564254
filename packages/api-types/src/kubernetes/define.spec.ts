/** Kubernetes' own kinds: lenient where the API server has validated, and cheap for large collections. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dropNulls } from './absent-nulls.ts'
import { EndpointSlice, kubernetesKinds } from './index.ts'

const holdsNull = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && (Array.isArray(value) ? value.some((item) => item !== null && holdsNull(item)) : Object.values(value).some(holdsNull)))

describe('dropNulls', () => {
  it('leaves no null field behind, at any depth', () =>
    fc.assert(
      fc.property(fc.object({ values: [fc.integer(), fc.constant(null), fc.string()] }), (value) => {
        expect(holdsNull(dropNulls(value))).toBe(false)
      }),
    ))

  it('does not copy what has no null', () =>
    fc.assert(
      fc.property(fc.object({ values: [fc.integer(), fc.string(), fc.boolean()] }), (value) => {
        expect(dropNulls(value)).toBe(value)
      }),
    ))

  it('does not change what it is given', () => {
    const given = { a: null, b: { c: null, d: 1 } }
    expect(dropNulls(given)).toEqual({ b: { d: 1 } })
    expect(given).toEqual({ a: null, b: { c: null, d: 1 } })
  })
})

describe('every kind', () => {
  it.each(kubernetesKinds.map((kind) => ({ kind, name: kind.kind })))('$name takes an empty object, and keeps unknown fields', ({ kind }) => {
    expect(kind.schema().safeParse({}).success).toBe(true)
    expect(kind.schema().parse({ futureField: { kept: 1 } })).toMatchObject({ futureField: { kept: 1 } })
    expect(kind.schema()).toBe(kind.schema())
  })

  it.each(kubernetesKinds.map((kind) => ({ kind, name: kind.kind })))('$name by itself reads null as absent, and nothing as an empty object', ({ kind }) => {
    expect(kind.schema().parse({ futureField: { gone: null, kept: 1 } })).toEqual(kind.schema().parse({ futureField: { kept: 1 } }))
    expect(kind.schema().parse(null)).toEqual(kind.schema().parse({}))
    expect(kind.statusSchema?.().parse(undefined)).toEqual(kind.statusSchema?.().parse({}))
  })

  it('says what is wrong with a slice', () => {
    const { success, error } = EndpointSlice.schema().safeParse({ endpoints: [{ addresses: '10.0.0.1' }], ports: [{ port: 0 }] })
    expect(success).toBe(false)
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['endpoints.0.addresses', 'ports.0.port'])
  })
})
