/** Random graphs under random updates: always equal to a graph made from scratch, each computation at most once per transaction. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGraph, type Collection, type Graph, type Lookup, type Source } from './index.ts'

const KEYS = ['a', 'b', 'c', 'd', 'e']

/** A node of a random graph; inputs are indexes of earlier nodes, modulo their number. */
interface NodeSpec {
  readonly kind: 'map' | 'flat' | 'join' | 'index' | 'lookup'
  readonly input: number
  readonly other: number
}

interface Built {
  readonly graph: Graph
  readonly sources: readonly Source<number>[]
  readonly collections: readonly Collection<number>[]
  readonly lookups: readonly Lookup<number>[]
  /** `node/key` per computation since the last reset. */
  readonly computed: string[]
}

function build(specs: readonly NodeSpec[]): Built {
  const graph = createGraph()
  const computed: string[] = []
  const sources = [graph.source<number>('s0'), graph.source<number>('s1')]
  const collections: Collection<number>[] = [...sources]
  const lookups: Lookup<number>[] = []
  const pick = <T>(from: readonly T[], at: number): T => from[at % from.length]!
  specs.forEach((spec, i) => {
    const name = `n${i}`
    const input = pick(collections, spec.input)
    const other = pick(collections, spec.other)
    const note = (key: string): void => void computed.push(`${name}/${key}`)
    switch (spec.kind) {
      case 'map':
        // Reads one key of another collection, chosen by the value: dependencies come and go.
        collections.push(graph.derive(name, input, (value, key) => {
          note(key)
          const extra = other.get(KEYS[Math.abs(value) % KEYS.length]!) ?? 0
          return (value + extra) % 7 === 3 ? undefined : (value + extra) % 100
        }))
        break
      case 'flat': {
        const lookup = lookups.length > 0 ? pick(lookups, spec.other) : undefined
        collections.push(graph.flatMap(name, input, (value, key) => {
          note(key)
          return [[KEYS[Math.abs(value) % KEYS.length]!, value % 50], [key, (lookup?.get(key) ?? 1) % 10]]
        }))
        break
      }
      case 'join':
        collections.push(graph.join(name, [input, other]))
        break
      case 'index': {
        const index = graph.indexBy(`${name}-index`, input, (value) => [`m${value % 2}`, `t${value % 3}`])
        collections.push(graph.derive(name, other, (value, key) => {
          note(key)
          return index.lookup(`m${value % 2}`).reduce((sum, n) => sum + n, 0) % 100 + index.buckets().length
        }))
        break
      }
      case 'lookup':
        lookups.push(graph.lookup(name, (key) => {
          note(key)
          return input.values().reduce((sum, n) => sum + n, other.get(key) ?? 0) % 100
        }))
        break
    }
  })
  return { graph, sources, collections, lookups, computed }
}

const state = (built: Built): unknown => ({
  collections: built.collections.map((one) => one.keys().map((key) => [key, one.get(key)])),
  values: built.collections.map((one) => one.values()),
  lookups: built.lookups.map((one) => KEYS.map((key) => one.get(key))),
})

const nodeSpec: fc.Arbitrary<NodeSpec> = fc.record({
  kind: fc.constantFrom('map', 'flat', 'join', 'index', 'lookup') as fc.Arbitrary<NodeSpec['kind']>,
  input: fc.nat(20),
  other: fc.nat(20),
})
const change = fc.record({ source: fc.nat(1), key: fc.constantFrom(...KEYS), value: fc.option(fc.nat(40), { nil: undefined }) })
const transactions = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })

const apply = (built: Built, changes: readonly { source: number; key: string; value: number | undefined }[]): void =>
  built.graph.update(() => {
    for (const { source, key, value } of changes) {
      if (value === undefined) built.sources[source]!.delete(key)
      else built.sources[source]!.set(key, value)
    }
  })

describe('random graphs', () => {
  it('equal a graph made from scratch after every transaction', () => {
    fc.assert(fc.property(fc.array(nodeSpec, { maxLength: 10 }), transactions, (specs, steps) => {
      const built = build(specs)
      for (const lookup of built.lookups) for (const key of KEYS) lookup.watch(key, () => undefined)
      for (const step of steps) {
        apply(built, step)
        const scratch = build(specs)
        built.sources.forEach((source, i) => scratch.sources[i]!.replace(source.keys().map((key) => [key, source.get(key)!])))
        expect(state(built)).toEqual(state(scratch))
      }
    }), { numRuns: 300 })
  })

  it('compute each node at most once per transaction', () => {
    fc.assert(fc.property(fc.array(nodeSpec, { minLength: 1, maxLength: 10 }), transactions, (specs, steps) => {
      const built = build(specs)
      for (const lookup of built.lookups) for (const key of KEYS) lookup.watch(key, () => undefined)
      for (const step of steps) {
        built.computed.length = 0
        apply(built, step)
        expect(built.computed.length).toBe(new Set(built.computed).size)
      }
    }), { numRuns: 300 })
  })

  it('show observers only settled states, once per transaction each', () => {
    fc.assert(fc.property(fc.array(nodeSpec, { minLength: 1, maxLength: 8 }), transactions, (specs, steps) => {
      const built = build(specs)
      const calls: number[] = []
      for (const [i, one] of built.collections.entries()) {
        one.subscribe((changes) => {
          calls.push(i)
          for (const { key, after } of changes) expect(one.get(key)).toBe(after)
          const scratch = build(specs)
          built.sources.forEach((source, s) => scratch.sources[s]!.replace(source.keys().map((key) => [key, source.get(key)!])))
          expect(state(built)).toEqual(state(scratch))
        })
      }
      for (const step of steps) {
        calls.length = 0
        apply(built, step)
        expect(calls.length).toBe(new Set(calls).size)
      }
      expect(built.graph.failures).toEqual([])
    }), { numRuns: 60 })
  })
})
