/** What must hold whatever happens in whatever order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundlesOf, pair, type Pair, type World } from '../testing/mesh-in-memory.ts'
import { check, CLUSTER_TYPE, ENDPOINT_TYPE, isAskedByName, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE, snapshotStore, type XdsVariant } from '../index.ts'

const names = ['a/1', 'a/2', 'b/1', 'b/2', 'c/1']
const contents = fc.constantFrom('v1', 'v2', 'v3')
const resources = (content: fc.Arbitrary<string>) => fc.dictionary(fc.constantFrom(...names), content, { maxKeys: names.length })
const world = (content: fc.Arbitrary<string>): fc.Arbitrary<World> => fc.record({
  [CLUSTER_TYPE]: resources(content), [ENDPOINT_TYPE]: resources(content), [LISTENER_TYPE]: resources(content),
  [ROUTE_TYPE]: resources(content), [SECRET_TYPE]: resources(content),
})
const asUsed = (used: ReadonlyMap<string, string> | undefined): Record<string, string> => Object.fromEntries([...(used ?? [])].sort())
const picked = (from: Readonly<Record<string, string>> | undefined, keep: (name: string) => boolean) => Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => keep(name)).sort())

/** What the client must use of a world: everything of the types it asks whole, and by name what it follows. */
function expected(all: World): Record<string, Record<string, string>> {
  const clusters = all[CLUSTER_TYPE] ?? {}
  const listeners = all[LISTENER_TYPE] ?? {}
  return {
    [CLUSTER_TYPE]: picked(clusters, () => true),
    [ENDPOINT_TYPE]: picked(all[ENDPOINT_TYPE], (name) => name in clusters),
    [LISTENER_TYPE]: picked(listeners, () => true),
    [ROUTE_TYPE]: picked(all[ROUTE_TYPE], (name) => name in listeners),
    [SECRET_TYPE]: picked(all[SECRET_TYPE], (name) => name === 'a/1'),
  }
}

/** State of the world has no word for "this one is gone" in types that are asked by name: there, only names that exist count. */
const settledOn = (stream: Pair, variant: XdsVariant, typeUrl: string, last: World): Record<string, string> =>
  picked(asUsed(stream.uses.get(typeUrl)), (name) => variant === 'delta' || !isAskedByName(typeUrl) || name in (last[typeUrl] ?? {}))

type Move = { readonly do: 'publish'; readonly world: World } | { readonly do: 'server' | 'client' | 'grace' | 'reconnect' | 'block' | 'unblock' }
const move = (content: fc.Arbitrary<string>): fc.Arbitrary<Move> => fc.oneof(
  { weight: 3, arbitrary: world(content).map((value) => ({ do: 'publish' as const, world: value })) },
  { weight: 8, arbitrary: fc.constantFrom({ do: 'server' as const }, { do: 'client' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'grace' as const }, { do: 'reconnect' as const }, { do: 'block' as const }, { do: 'unblock' as const }) },
)

function play(variant: XdsVariant, moves: readonly Move[], last: World, blames: boolean): Pair {
  const store = snapshotStore()
  const stream = pair({ variant, blames })
  for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE]) stream.subscribe(typeUrl, ['*'])
  stream.subscribe(SECRET_TYPE, ['a/1'])
  for (const step of moves) {
    switch (step.do) {
      case 'publish': stream.publish(store.build(bundlesOf(step.world))); break
      case 'server': stream.toServer(); break
      case 'client': stream.toClient(); break
      case 'grace': stream.graceOver(); break
      case 'reconnect': stream.reconnect(); break
      case 'block': stream.setWritable(false); break
      case 'unblock': stream.setWritable(true); break
    }
  }
  stream.setWritable(true)
  const snapshot = store.build(bundlesOf(last))
  expect(check(snapshot)).toEqual([])
  stream.publish(snapshot)
  stream.settle()
  return stream
}

describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
  it('ends at the last state after any interleaving of pushes, answers, refusals and reconnects', () => {
    const content = fc.oneof({ weight: 6, arbitrary: contents }, { weight: 1, arbitrary: fc.constant('bad') })
    fc.assert(fc.property(fc.array(move(content), { maxLength: 60 }), world(contents), fc.boolean(), (moves, last, blames) => {
      const stream = play(variant, moves, last, blames)
      const want = expected(last)
      for (const typeUrl of Object.keys(want)) expect(settledOn(stream, variant, typeUrl, last)).toEqual(want[typeUrl])
      expect(stream.mostOutstanding()).toBeLessThanOrEqual(1)
    }), { numRuns: 400 })
  })

  it('keeps the last good form of what the client refuses, and everything else up to date', () => {
    fc.assert(fc.property(world(contents), resources(fc.constantFrom('v4', 'bad')), (first, clusters) => {
      const store = snapshotStore()
      const stream = pair({ variant })
      stream.subscribe(CLUSTER_TYPE, ['*'])
      stream.publish(store.build(bundlesOf(first)))
      stream.settle()
      stream.publish(store.build(bundlesOf({ [CLUSTER_TYPE]: clusters })))
      stream.settle()
      const good = Object.fromEntries(Object.entries(clusters).flatMap(([name, content]) => {
        const kept = content === 'bad' ? first[CLUSTER_TYPE]?.[name] : content
        return kept === undefined ? [] : [[name, kept]]
      }))
      expect(asUsed(stream.uses.get(CLUSTER_TYPE))).toEqual(picked(good, () => true))
      expect(new Set(stream.rejections.flatMap(({ refused }) => refused.map(({ name }) => name)))).toEqual(new Set(Object.keys(clusters).filter((name) => clusters[name] === 'bad')))
    }), { numRuns: 200 })
  })

  it('sends nothing to a client that reconnects with everything', () => {
    fc.assert(fc.property(world(contents), (all) => {
      const stream = play(variant, [], all, true)
      const before = stream.sent()
      stream.reconnect()
      stream.settle()
      // Names that do not exist are answered each time they are asked for; types without any resource have no version to match.
      const silent = Object.keys(expected(all)).every((typeUrl) => Object.keys(expected(all)[typeUrl] ?? {}).length > 0)
        && 'a/1' in (all[SECRET_TYPE] ?? {})
        && Object.keys(all[CLUSTER_TYPE] ?? {}).every((name) => name in (all[ENDPOINT_TYPE] ?? {}))
        && Object.keys(all[LISTENER_TYPE] ?? {}).every((name) => name in (all[ROUTE_TYPE] ?? {}))
      if (silent) expect(stream.sent()).toBe(before)
      else expect(asUsed(stream.uses.get(CLUSTER_TYPE))).toEqual(expected(all)[CLUSTER_TYPE])
    }), { numRuns: 200 })
  })
})

it('delta and state of the world end at the same state', () => {
  fc.assert(fc.property(fc.array(move(contents), { maxLength: 30 }), world(contents), (moves, last) => {
    const [delta, sotw] = [play('delta', moves, last, true), play('sotw', moves, last, true)]
    for (const typeUrl of Object.keys(last)) expect(settledOn(delta, 'delta', typeUrl, last)).toEqual(settledOn(sotw, 'sotw', typeUrl, last))
  }), { numRuns: 150 })
})
