/** Make before break, watched from the client's side at every moment. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundlesOf, pair, type Pair, type World } from '../testing/mesh-in-memory.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, snapshotStore } from '../index.ts'

const clusters = ['a/1', 'a/2', 'b/1', 'b/2']

/** A consistent world: each listener and route names clusters that exist and have endpoints. */
const world: fc.Arbitrary<World> = fc.record({
  existing: fc.subarray(clusters, { minLength: 1 }), version: fc.constantFrom('v1', 'v2'), endpoints: fc.constantFrom('e1', 'e2'), picks: fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
}).map(({ existing, version, endpoints, picks }) => {
  const pick = (index: number): string => existing[(picks[index] ?? 0) % existing.length] ?? ''
  return {
    [CLUSTER_TYPE]: Object.fromEntries(existing.map((name) => [name, version])),
    [ENDPOINT_TYPE]: Object.fromEntries(existing.map((name) => [name, endpoints])),
    [LISTENER_TYPE]: { 'l/1': `to ${pick(0)}` },
    [ROUTE_TYPE]: { 'l/1': `to ${pick(1)}` },
  }
})

const named = (stream: Pair, typeUrl: string): readonly string[] => [...(stream.uses.get(typeUrl)?.values() ?? [])].map((content) => content.slice('to '.length))

function expectNoBreak(stream: Pair): void {
  for (const name of [...named(stream, LISTENER_TYPE), ...named(stream, ROUTE_TYPE)]) {
    expect([...(stream.uses.get(CLUSTER_TYPE)?.keys() ?? [])]).toContain(name)
    expect([...(stream.uses.get(ENDPOINT_TYPE)?.keys() ?? [])]).toContain(name)
  }
}

describe.each((['delta', 'sotw'] as const).flatMap((variant) => [false, true].map((warms) => ({ variant, warms }))))('$variant, warms $warms', ({ variant, warms }) => {
  it('never lets a listener or route name a cluster that the client lacks, whatever the timing', () => {
    fc.assert(fc.property(fc.array(world, { minLength: 2, maxLength: 5 }), fc.infiniteStream(fc.boolean()), fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }), (worlds, coins, pauses) => {
      const store = snapshotStore()
      const stream = pair({ variant, warms })
      for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE]) stream.subscribe(typeUrl, ['*'])
      worlds.forEach((next, index) => {
        stream.publish(store.build(bundlesOf(next)))
        for (let turn = 0; turn < (pauses[index] ?? 0); turn++) {
          if (coins.next().value === true) stream.toServer()
          else stream.toClient()
          expectNoBreak(stream)
        }
      })
      while (stream.toServer() || stream.toClient()) expectNoBreak(stream)
      // A cluster that vanished while the client asked for its endpoints holds up what comes next until the grace is over.
      if (warms) stream.settle()
      expect(Object.fromEntries(stream.uses.get(CLUSTER_TYPE) ?? [])).toEqual(worlds.at(-1)?.[CLUSTER_TYPE])
    }), { numRuns: 500 })
  })
})

describe('order of sending', () => {
  const settled = (first: World): { readonly stream: Pair; readonly publish: (next: World) => void } => {
    const store = snapshotStore()
    const stream = pair({ variant: 'delta' })
    for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE]) stream.subscribe(typeUrl, ['*'])
    const publish = (next: World): void => stream.publish(store.build(bundlesOf(next)))
    publish(first)
    stream.settle()
    return { stream, publish }
  }
  const base = { [CLUSTER_TYPE]: { 'a/1': 'v1' }, [ENDPOINT_TYPE]: { 'a/1': 'e1' }, [LISTENER_TYPE]: { 'l/1': 'to a/1' } }
  const inFlight = (stream: Pair): readonly string[] => [...stream.server().types.values()].filter((type) => type.inFlight).map((type) => type.typeUrl)

  it('sends endpoints of a cluster the client holds at once, also while listeners wait', () => {
    const { stream, publish } = settled(base)
    publish({ ...base, [CLUSTER_TYPE]: { 'a/1': 'v1', 'a/2': 'v1' }, [ENDPOINT_TYPE]: { 'a/1': 'fewer', 'a/2': 'e1' }, [LISTENER_TYPE]: { 'l/1': 'to a/2' } })
    expect(inFlight(stream).toSorted()).toEqual([CLUSTER_TYPE, ENDPOINT_TYPE].sort())
  })

  it('sends the endpoints of a changed cluster again, because the client warms it anew', () => {
    const { stream, publish } = settled(base)
    const before = stream.sent()
    publish({ ...base, [CLUSTER_TYPE]: { 'a/1': 'v2' } })
    stream.settle()
    expect(stream.sent() - before).toBe(2)
  })

  it('keeps a cluster as long as the client refuses the listener that lets go of it', () => {
    const { stream, publish } = settled(base)
    publish({ [CLUSTER_TYPE]: { 'a/2': 'v1' }, [ENDPOINT_TYPE]: { 'a/2': 'e1' }, [LISTENER_TYPE]: { 'l/1': 'bad to a/2' } })
    stream.settle()
    expect([...(stream.uses.get(CLUSTER_TYPE)?.keys() ?? [])].sort()).toEqual(['a/1', 'a/2'])
    publish({ [CLUSTER_TYPE]: { 'a/2': 'v1' }, [ENDPOINT_TYPE]: { 'a/2': 'e1' }, [LISTENER_TYPE]: { 'l/1': 'to a/2' } })
    stream.settle()
    expect([...(stream.uses.get(CLUSTER_TYPE)?.keys() ?? [])]).toEqual(['a/2'])
  })

  it('does not wait for ever for a client that never asks for endpoints', () => {
    const store = snapshotStore()
    const stream = pair({ variant: 'delta', followNames: false })
    for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE]) stream.subscribe(typeUrl, ['*'])
    stream.publish(store.build(bundlesOf(base)))
    while (stream.toServer() || stream.toClient());
    expect(stream.uses.get(LISTENER_TYPE)).toBeUndefined()
    stream.graceOver()
    while (stream.toServer() || stream.toClient());
    expect(stream.uses.get(LISTENER_TYPE)?.get('l/1')).toBe('to a/1')
  })

  it('coalesces changes while a response is in flight, and sends only the newest', () => {
    const { stream, publish } = settled(base)
    publish({ ...base, [ENDPOINT_TYPE]: { 'a/1': 'e2' } })
    const before = stream.sent()
    for (const content of ['e3', 'e4', 'e5']) publish({ ...base, [ENDPOINT_TYPE]: { 'a/1': content } })
    expect(stream.sent()).toBe(before)
    stream.settle()
    expect([stream.sent() - before, stream.uses.get(ENDPOINT_TYPE)?.get('a/1')]).toEqual([1, 'e5'])
  })

  it('sends nothing while the transport has a backlog', () => {
    const { stream, publish } = settled(base)
    const before = stream.sent()
    stream.setWritable(false)
    publish({ ...base, [ENDPOINT_TYPE]: { 'a/1': 'e2' } })
    expect(stream.sent()).toBe(before)
    stream.setWritable(true)
    expect(stream.sent()).toBe(before + 1)
  })
})
