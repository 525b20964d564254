/** What is remembered, and that it is not everything: a control plane runs for months. */
import { describe, expect, it } from 'vitest'
import { translationMemo } from './memo.ts'
import { resource, xdsBundle, type XdsBundle } from './resource.ts'
import { RESOURCE_TYPES } from './wire/encode.ts'

const cluster = (name: string) => resource(RESOURCE_TYPES.cluster, name, { name }, [])
const MANY = 300

describe('the memo of a control plane', () => {
  it('gives equal contents one number, other contents another', () => {
    const memo = translationMemo()
    expect(memo.contentId({ a: 1 })).toBe(memo.contentId({ a: 1 }))
    expect(memo.contentId({ a: new Set([2, 1]) })).toBe(memo.contentId({ a: new Set([1, 2]) }))
    expect(memo.contentId({ a: 1 })).not.toBe(memo.contentId({ a: 2 }))
    expect(memo.contentId(undefined)).toBe(0)
  })

  it('never gives a number again to other contents, though it forgets texts that nobody had for long', () => {
    const memo = translationMemo()
    const kept = { kept: true }
    const first = memo.contentId(kept)
    const numbers = Array.from({ length: MANY }, (_, i) => memo.contentId({ i }))
    expect(new Set([first, ...numbers]).size).toBe(MANY + 1)
    expect(memo.contentId(kept)).toBe(first)
    expect([first, ...numbers]).not.toContain(memo.contentId({ kept: true }))
  })

  it('keeps contents that are asked for again and again', () => {
    const memo = translationMemo()
    const first = memo.contentId({ mesh: true })
    for (let i = 0; i < MANY; i++) {
      memo.contentId({ i })
      expect(memo.contentId({ mesh: true })).toBe(first)
    }
  })

  it('forgets the oldest contexts of an object that lives for ever', () => {
    const memo = translationMemo()
    const get = (context: string): string => memo.table<string>('x').get(memo, context, () => context)
    for (let i = 0; i < MANY; i++) expect(get(`context ${i}`)).toBe(`context ${i}`)
    expect(memo.made.get('x')).toBe(MANY)
    get(`context ${MANY - 1}`)
    expect(memo.made.get('x')).toBe(MANY)
    get('context 0')
    expect(memo.made.get('x')).toBe(MANY + 1)
  })

  it('knows a bundle again that holds the same resources, among the last that begin alike', () => {
    const memo = translationMemo()
    const first = cluster('first')
    const bundleWith = (second: ReturnType<typeof cluster>): XdsBundle => xdsBundle(RESOURCE_TYPES.cluster, 'own', [first, second])
    const others = Array.from({ length: 65 }, (_, i) => cluster(`second ${i}`))
    const bundles = others.map((other) => memo.intern(bundleWith(other)))
    for (const [i, other] of others.entries()) if (i > 0) expect(memo.intern(bundleWith(other))).toBe(bundles[i])
    const [oldest] = others
    if (!oldest) throw new Error('there is one')
    expect(memo.intern(bundleWith(oldest))).not.toBe(bundles[0])
  })
})
