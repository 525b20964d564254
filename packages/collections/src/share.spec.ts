import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareItems, shareStructure } from './index.ts'

const json = fc.jsonValue({ maxDepth: 3 })

describe('shareStructure', () => {
  it('equals the new value', () => {
    fc.assert(fc.property(json, json, (before, after) => void expect(shareStructure(before, after)).toEqual(after)))
  })

  it('returns the old object when nothing differs', () => {
    fc.assert(fc.property(fc.oneof(fc.object(), fc.array(json)), (value) => void expect(shareStructure(value, structuredClone(value))).toBe(value)))
  })

  it('keeps the other items when one is put in, taken out or replaced', () => {
    const items = Array.from({ length: 6 }, (_, n) => ({ n }))
    const copy = (): { n: number }[] => items.map(({ n }) => ({ n }))
    for (let at = 0; at < items.length; at++) {
      for (const [removed, added] of [[1, 0], [0, 1], [1, 1]] as const) {
        const next = copy()
        next.splice(at, removed, ...(added ? [{ n: -1 }] : []))
        const shared = shareStructure<readonly { n: number }[]>(items, next)
        expect(shared).toEqual(next)
        expect(shared.filter((item) => item.n !== -1).every((item) => items.includes(item))).toBe(true)
      }
    }
  })

  it('takes over as it is what differs, when only items are shared', () => {
    const [kept, old, fresh] = [{ n: { a: 1 } }, { n: { a: 2 } }, { n: { a: 3 } }]
    const shared = shareItems<readonly object[]>([kept, old], [{ n: { a: 1 } }, fresh])
    expect(shared[0]).toBe(kept)
    expect(shared[1]).toBe(fresh)
    fc.assert(fc.property(json, json, (before, after) => void expect(shareItems(before, after)).toEqual(after)))
  })

  it('does not take a field named __proto__ for the prototype', () => {
    const after = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as object
    expect(JSON.stringify(shareStructure({ b: 1 }, after as { b: number }))).toBe('{"__proto__":{"a":1},"b":2}')
  })
})
