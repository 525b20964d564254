/** One bad piece of a resource (a virtual host of a route table) does not hold the others back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { provenanceId } from '@istio-ts/foundation'
import { refusedOf } from './state.ts'
import { bundlesOf, pair, type Pair, type PairOptions } from '../testing/mesh-in-memory.ts'
import { LISTENER_TYPE, ROUTE_TYPE, snapshotStore } from '../index.ts'

type Pieces = Readonly<Record<string, string>>
const NAMES = ['a', 'b', 'c', 'd', 'e']
const content = (pieces: Pieces): string => Object.entries(pieces).map(([name, value]) => `${name}=${value}`).join(';')
const piecesIn = (text: string | undefined): Pieces => Object.fromEntries((text ?? '').split(';').filter((piece) => piece !== '').map((piece) => piece.split('=') as [string, string]))
const table = (values: fc.Arbitrary<string>): fc.Arbitrary<Pieces> => fc.dictionary(fc.constantFrom(...NAMES), values, { minKeys: 1, maxKeys: NAMES.length })
const good = fc.constantFrom('v1', 'v2', 'v3')
const any = fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom('bad1', 'bad2') })

/** A client of two tables. */
function client(options: PairOptions): { readonly stream: Pair; publish(one: Pieces, two?: Pieces, delivered?: boolean): void; uses(): Pieces; refused(): readonly string[] } {
  const store = snapshotStore()
  const stream = pair({ ...options, followNames: false })
  stream.subscribe(LISTENER_TYPE, ['*'])
  stream.subscribe(ROUTE_TYPE, ['t/1', 't/2'])
  return {
    stream,
    publish(one, two = { x: 'v1' }, delivered = true) {
      stream.publish(store.build(bundlesOf({ [LISTENER_TYPE]: { 'l/1': 'v1' }, [ROUTE_TYPE]: { 't/1': content(one), 't/2': content(two) } })))
      if (delivered) stream.settle()
    },
    uses: () => piecesIn(stream.uses.get(ROUTE_TYPE)?.get('t/1')),
    refused() {
      const type = stream.server().types.get(ROUTE_TYPE)
      return type ? refusedOf(type).flatMap(({ from }) => from.slice(0, 1).map(provenanceId)).sort() : []
    },
  }
}

const variants = (['delta', 'sotw'] as const).flatMap((variant) => ([true, false, 'pieces'] as const).map((blames) => ({ variant, blames })))

describe.each(variants)('$variant, blames $blames', (options) => {
  it('gives each piece its newest form that the client takes', () => {
    fc.assert(fc.property(fc.array(table(any), { minLength: 1, maxLength: 6 }), (tables) => {
      const { publish, uses, refused } = client(options)
      let lastGood: Pieces = {}
      for (const pieces of tables) {
        publish(pieces)
        const next = Object.fromEntries(Object.entries(pieces).flatMap(([name, value]) => {
          const taken = value.startsWith('bad') ? lastGood[name] : value
          return taken === undefined ? [] : [[name, taken]]
        }))
        // A refusal never empties a resource.
        if (Object.keys(next).length > 0) lastGood = next
        expect(uses()).toEqual(lastGood)
        expect(refused()).toEqual(Object.entries(pieces).filter(([, value]) => value.startsWith('bad')).map(([name]) => `VirtualService/default/${name}#/spec/http/0`).sort())
      }
    }), { numRuns: 150 })
  })

  it('is at rest, without an error, once all is good', () => {
    fc.assert(fc.property(fc.array(table(any), { maxLength: 5 }), table(good), (tables, last) => {
      const { stream, publish, uses, refused } = client(options)
      for (const pieces of tables) publish(pieces)
      publish(last)
      expect(uses()).toEqual(last)
      expect(refused()).toEqual([])
      const type = stream.server().types.get(ROUTE_TYPE)
      expect([type?.lastError, type?.trials.size, type?.quarantine.size, type?.held.size]).toEqual([undefined, 0, 0, 0])
    }), { numRuns: 100 })
  })

  it('does not hold back another resource', () => {
    const { stream, publish } = client(options)
    publish({ a: 'v1', b: 'v1' })
    publish({ a: 'bad1', b: 'v1' }, { x: 'v2' })
    expect(stream.uses.get(ROUTE_TYPE)?.get('t/2')).toBe('x=v2')
  })

  it('sends what is refused not again and again', () => {
    const { stream, publish } = client(options)
    publish({ a: 'v1', b: 'v1', c: 'v1', d: 'v1' })
    publish({ a: 'bad1', b: 'v2', c: 'v2', d: 'v2' })
    const sent = stream.sent()
    publish({ a: 'bad1', b: 'v3', c: 'v2', d: 'v2' })
    // The one change that is good, and no refusal.
    expect(stream.sent() - sent).toBe(1)
    publish({ a: 'bad1', b: 'v3', c: 'v2', d: 'v2' })
    expect(stream.sent() - sent).toBe(1)
  })
})

it('knows after a reconnect what the client holds, as long as it is what is wanted', () => {
  const { stream, publish, uses } = client({ variant: 'delta' })
  publish({ a: 'v1', b: 'v1' })
  stream.reconnect()
  stream.settle()
  publish({ a: 'bad1', b: 'v2' })
  expect(uses()).toEqual({ a: 'v1', b: 'v2' })
})

it('holds back the whole resource from a client that comes back with a form that nobody knows any more', () => {
  const { stream, publish, uses } = client({ variant: 'delta' })
  publish({ a: 'v1', b: 'v1' })
  publish({ a: 'bad1', b: 'v2' }, undefined, false)
  stream.reconnect()
  stream.settle()
  expect(uses()).toEqual({ a: 'v1', b: 'v1' })
  publish({ a: 'v3', b: 'v2' })
  expect(uses()).toEqual({ a: 'v3', b: 'v2' })
})
