/** Snapshots share what did not change, and say what did at the cost of the change. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundlesOf, encodeResource, type World } from '../testing/mesh-in-memory.ts'
import { check, CLUSTER_TYPE, contentHash, diffSlices, emptySlice, ENDPOINT_TYPE, resourcesOf, snapshotStore, type Snapshot, type SourceBundle, type TypeSlice } from '../index.ts'

const slice = (snapshot: Snapshot, typeUrl = CLUSTER_TYPE): TypeSlice => snapshot.types.get(typeUrl) ?? emptySlice(typeUrl)
const names = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c/1')
const world: fc.Arbitrary<World> = fc.dictionary(names, fc.constantFrom('v1', 'v2'), { maxKeys: 5 }).map((clusters) => ({ [CLUSTER_TYPE]: clusters }))

describe('the content hash', () => {
  it('depends on every byte and on the length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(), (bytes, at) => {
      const longer = Uint8Array.of(...bytes, 0)
      expect(contentHash(longer)).not.toBe(contentHash(bytes))
      if (bytes.length === 0) return
      const other = Uint8Array.from(bytes)
      other[at % bytes.length] = (other[at % bytes.length] ?? 0) ^ 1
      expect(contentHash(other)).not.toBe(contentHash(bytes))
      expect(contentHash(Uint8Array.from(bytes))).toBe(contentHash(bytes))
    }))
  })
  it('stays what it is: versions live across releases', () => {
    expect([contentHash(new Uint8Array(0)), contentHash(new TextEncoder().encode('istio'))]).toMatchInlineSnapshot(`
      [
        "0000000000000000",
        "5c2cfdbccf48d418",
      ]
    `)
  })
})

describe('a snapshot', () => {
  it('is the same object when nothing changed, also when everything was translated again', () => {
    const store = snapshotStore()
    const all: World = { [CLUSTER_TYPE]: { 'a/1': 'v1', 'b/1': 'v1' }, [ENDPOINT_TYPE]: { 'a/1': 'e1' } }
    const first = store.build(bundlesOf(all))
    const provenance = [...resourcesOf(slice(first))].map((resource) => resource.provenance)
    const again = bundlesOf(all).map((bundle) => ({ ...bundle, resources: bundle.resources.map((resource, i) => ({ ...resource, provenance: first.types.get(bundle.typeUrl)?.bundles.get(bundle.key)?.resources.get(resource.name)?.provenance ?? provenance[i] ?? [] })) }))
    expect(store.build(again, first)).toBe(first)
  })

  it('is the same whether it grew from an earlier one or was built at once, from bundles, lists of them or lists of lists', () => {
    const contents = (snapshot: Snapshot): unknown => [...snapshot.types].map(([typeUrl, { bundles }]) => [typeUrl, [...bundles].map(([key, bundle]) => [key, [...bundle.resources].map(([name, { version }]) => [name, version])])])
    fc.assert(fc.property(fc.array(world, { minLength: 1, maxLength: 8 }), (worlds) => {
      const store = snapshotStore()
      let grown: Snapshot | undefined
      let inLists: Snapshot | undefined
      let inListsOfLists: Snapshot | undefined
      for (const one of worlds) {
        const bundles = bundlesOf(one)
        grown = store.build(bundles, grown)
        inLists = store.build([bundles.slice(0, 1), bundles.slice(1)], inLists)
        inListsOfLists = store.build([[bundles.slice(0, 1), bundles.slice(1)]], inListsOfLists)
        const fresh = contents(snapshotStore().build(bundlesOf(one)))
        expect(contents(grown)).toEqual(fresh)
        expect(contents(inLists)).toEqual(fresh)
        expect(contents(inListsOfLists)).toEqual(fresh)
      }
    }))
  })

  it('has the slices of others who came with the same lists, whatever each had before', () => {
    const store = snapshotStore()
    const own = (content: string): Parameters<typeof store.build>[0][number] => bundlesOf({ [ENDPOINT_TYPE]: { 'own/1': content } })
    const lists = (content: string): readonly (readonly SourceBundle[])[] => [bundlesOf({ [CLUSTER_TYPE]: { 'a/1': 'v1' } }), bundlesOf({ [CLUSTER_TYPE]: { 'b/1': content } })]
    const shared = lists('v2')
    const one = store.build([shared, own('e1')], store.build([lists('v1'), own('e1')]))
    const other = store.build([shared, own('e2')], store.build([own('e2')]))
    expect(slice(one)).toBe(slice(other))
    expect(slice(one, ENDPOINT_TYPE)).not.toBe(slice(other, ENDPOINT_TYPE))
  })

  it('does not look into bundles that did not change', () => {
    const store = snapshotStore()
    let reads = 0
    const counted = (key: string, content: string): SourceBundle => ({ typeUrl: CLUSTER_TYPE, key, get resources() { reads++; return [{ name: `${key}/1`, bytes: encodeResource(`${key}/1`, content), provenance: [] }] } })
    const still = Array.from({ length: 100 }, (_, i) => counted(`n${i}`, 'v1'))
    const first = store.build([...still, counted('x', 'v1')])
    reads = 0
    const second = store.build([...still, counted('x', 'v2')], first)
    expect([reads, diffSlices(slice(first), slice(second)).map(({ name }) => name)]).toEqual([1, ['x/1']])
  })

  it('says exactly what differs, also when names move between bundles', () => {
    fc.assert(fc.property(world, world, (before, after) => {
      const store = snapshotStore()
      const [a, b] = [before[CLUSTER_TYPE] ?? {}, after[CLUSTER_TYPE] ?? {}]
      const moved = bundlesOf(after).map((bundle) => ({ ...bundle, key: bundle.key === 'a' ? 'b' : bundle.key === 'b' ? 'a' : bundle.key }))
      const want = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort()
      for (const bundles of [bundlesOf(after), moved]) {
        expect(diffSlices(slice(store.build(bundlesOf(before))), slice(store.build(bundles))).map(({ name }) => name).sort()).toEqual(want)
      }
    }))
  })

  it('pushes nothing when only an origin moved', () => {
    const store = snapshotStore()
    const bytes = encodeResource('a/1', 'v1')
    const at = (path: string): SourceBundle => ({ typeUrl: CLUSTER_TYPE, key: 'a', resources: [{ name: 'a/1', bytes, provenance: [{ resource: { cluster: '', group: '', kind: 'Service', namespace: 'a', name: 'x' }, path }] }] })
    const first = store.build([at('spec.ports[0]')])
    const second = store.build([at('spec.ports[1]')], first)
    expect(diffSlices(slice(first), slice(second))).toEqual([])
    expect([...resourcesOf(slice(second))][0]?.provenance[0]?.path).toBe('spec.ports[1]')
  })
})

describe('the laws of a snapshot', () => {
  const store = snapshotStore()
  const good = store.build(bundlesOf({ [CLUSTER_TYPE]: { 'a/1': 'v1' } }))
  const [resource] = [...resourcesOf(slice(good))]
  const withBundle = (typeUrl: string, key: string, entries: readonly (readonly [string, NonNullable<typeof resource>])[]): Snapshot => ({
    types: new Map([[CLUSTER_TYPE, { typeUrl: CLUSTER_TYPE, bundles: new Map([...slice(good).bundles, [key, { typeUrl, key, resources: new Map(entries) }]]) }]]),
  })
  if (!resource) throw new Error('no resource')

  it('hold for what the store makes', () => expect(check(good)).toEqual([]))
  it.each([
    ['a name in two bundles', withBundle(CLUSTER_TYPE, 'b', [['a/1', resource]]), 'is in bundles'],
    ['a resource under another name', withBundle(CLUSTER_TYPE, 'b', [['a/2', resource]]), 'is stored under the name a/2'],
    ['a version that is not the hash', withBundle(CLUSTER_TYPE, 'b', [['a/2', { ...resource, name: 'a/2', version: 'x' }]]), 'is not the hash of its bytes'],
    ['a bundle of another type', withBundle(ENDPOINT_TYPE, 'b', []), 'says it is'],
  ])('are broken by %s, from scratch and as a change', (_what, bad, words) => {
    expect(check(bad).join()).toContain(words)
    expect(check(bad, good).join()).toContain(words)
  })
})
