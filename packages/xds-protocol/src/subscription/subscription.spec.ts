/** The rules of subscribing, one by one. @see the xDS protocol, "How the client specifies what resources to return" */
import { describe, expect, it } from 'vitest'
import { CLUSTER_TYPE, ENDPOINT_TYPE } from '../type-urls.ts'
import { applyDelta, applySotw, type Subscription } from './subscription.ts'

const none: Subscription = { wildcard: false, names: new Set() }
const all: Subscription = { wildcard: true, names: new Set() }
const some = (...names: readonly string[]): Subscription => ({ wildcard: false, names: new Set(names) })

describe('delta', () => {
  const apply = (before: Subscription | undefined, subscribe: readonly string[], unsubscribe: readonly string[] = [], typeUrl = CLUSTER_TYPE) => applyDelta(before, { typeUrl, subscribe, unsubscribe })
  it.each([
    ['a first request without names means all', apply(undefined, []), all],
    ['not for types that are asked by name', apply(undefined, [], [], ENDPOINT_TYPE), none],
    ['a later request without names changes nothing', apply(some('a'), []), some('a')],
    ['the star means all, beside names', apply(undefined, ['*', 'a']), { wildcard: true, names: new Set(['a']) }],
    ['names alone do not mean all', apply(undefined, ['a']), some('a')],
    ['dropping the star leaves the names', apply({ wildcard: true, names: new Set(['a']) }, [], ['*']), some('a')],
    ['names are added and dropped', apply(some('a', 'b'), ['c'], ['a']), some('b', 'c')],
    ['a name in both lists stays', apply(some('a'), ['a'], ['a']), some('a')],
  ])('%s', (_what, { subscription }, want) => expect(subscription).toEqual(want))
  it('wants a name again that is subscribed again, and drops only what was there', () => {
    expect(apply(some('a'), ['a'], ['x'])).toMatchObject({ wanted: ['a'], dropped: [] })
    expect(apply(some('a'), [], ['a'])).toMatchObject({ wanted: [], dropped: ['a'] })
  })
})

describe('state of the world', () => {
  const apply = (before: Subscription | undefined, names: readonly string[], typeUrl = CLUSTER_TYPE) => applySotw(before, { typeUrl, names })
  it.each([
    ['an empty first list means all', apply(undefined, []), all],
    ['not for types that are asked by name', apply(undefined, [], ENDPOINT_TYPE), none],
    ['an empty list goes on meaning all', apply(all, []), all],
    ['after names, an empty list means nothing', apply(some('a'), []), none],
    ['a list replaces the one before', apply(some('a', 'b'), ['b', 'c']), some('b', 'c')],
    ['the star means all', apply(undefined, ['*']), all],
  ])('%s', (_what, { subscription }, want) => expect(subscription).toEqual(want))
  it('wants new names only', () => expect(apply(some('a'), ['a', 'b'])).toMatchObject({ wanted: ['b'], dropped: [] }))
})
