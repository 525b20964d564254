/** A map with replaced entries is the map that a copy would be, and differences are the same however they are found. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedBundles, withReplaced, type BundleMap } from './bundle-map.ts'
import type { SnapshotBundle } from './snapshot.ts'

const bundle = (key: string): SnapshotBundle => ({ typeUrl: 't', key, resources: new Map() })
const mapOf = (size: number): BundleMap => new Map(Array.from({ length: size }, (_, i) => [`b${i}`, bundle(`b${i}`)]))

describe('a map with replaced bundles', () => {
  it('equals a copy with the same changes after any number of changes', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.array(fc.nat(49), { minLength: 1, maxLength: 40 }), { maxLength: 60 }), (size, rounds) => {
      let map = mapOf(size)
      const copy = new Map(map)
      for (const round of rounds) {
        const changes = new Map(round.map((i): [string, SnapshotBundle] => [`b${i % size}`, bundle(`b${i % size}`)]))
        const before = map
        const beforeCopy = new Map(copy)
        map = withReplaced(map, changes)
        for (const [key, value] of changes) copy.set(key, value)
        expect([...map]).toEqual([...copy])
        expect([...map.keys()].map((key) => map.get(key))).toEqual([...map.values()])
        expect(new Set(changedBundles(before, map).map(({ key }) => key))).toEqual(new Set([...changes.keys()].filter((key) => beforeCopy.get(key) !== copy.get(key))))
      }
      expect(map.size).toBe(size)
      expect(changedBundles(map, map)).toEqual([])
    }))
  })

  it('shares all but the changes, for most changes of a long life', () => {
    let map = mapOf(1000)
    let copies = 0
    for (let i = 0; i < 320; i++) {
      const next = withReplaced(map, new Map([[`b${i}`, bundle(`b${i}`)]]))
      if (next instanceof Map) copies++
      map = next
    }
    expect(copies).toBeLessThanOrEqual(10)
  })

  it('tells what was added and what was removed', () => {
    const [a, b] = [bundle('a'), bundle('b')]
    expect(changedBundles(new Map([['a', a]]), new Map([['b', b]]))).toEqual([{ key: 'a', before: a, after: undefined }, { key: 'b', before: undefined, after: b }])
  })
})
