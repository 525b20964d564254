/** The comparison forgives order exactly where the corpus README says so. */
import { describe, expect, it } from 'vitest'
import { compare } from './compare.ts'

describe('compare', () => {
  it('takes sets in any order', () => {
    expect(compare({ listeners: [{ name: 'a' }, { name: 'b' }] }, { listeners: [{ name: 'b' }, { name: 'a' }] })).toEqual([])
    expect(compare({ filterChains: [{ filterChainMatch: { serverNames: ['x', 'y'] } }] }, { filterChains: [{ filterChainMatch: { serverNames: ['y', 'x'] } }] })).toEqual([])
    expect(compare({ match: { headers: [{ name: 'a' }, { name: 'b' }] } }, { match: { headers: [{ name: 'b' }, { name: 'a' }] } })).toEqual([])
    expect(compare({ orIds: { ids: [1, 2] } }, { orIds: { ids: [2, 1] } })).toEqual([])
  })

  it('keeps the order of routes, filters and ALPN protocols', () => {
    for (const key of ['routes', 'filters', 'httpFilters', 'alpnProtocols', 'accessLog', 'transportSocketMatches', 'clusters']) {
      expect(compare({ x: { [key]: ['a', 'b'] } }, { x: { [key]: ['b', 'a'] } }), key).not.toEqual([])
    }
    expect(compare({ routes: [{ name: '80', virtualHosts: [{ name: 'v', routes: [{ name: 'a' }, { name: 'b' }] }] }] },
      { routes: [{ name: '80', virtualHosts: [{ name: 'v', routes: [{ name: 'b' }, { name: 'a' }] }] }] })).not.toEqual([])
  })

  it('sees a missing, an extra and a changed value, with the place by name', () => {
    const found = compare({ clusters: [{ name: 'a', type: 'EDS' }, { name: 'b' }] }, { clusters: [{ name: 'a', type: 'STATIC' }, { name: 'c' }] })
    expect(found.map((difference) => difference.path)).toEqual(['clusters[a].type', 'clusters[b]', 'clusters[c]'])
  })

  it('compares strings that hold JSON as JSON, and lets NORMALISED match anything', () => {
    expect(compare({ value: '{"a":1,"b":2}' }, { value: '{ "b": 2, "a": 1 }' })).toEqual([])
    expect(compare({ value: '{"a":1}' }, { value: '{"a":2}' })).toHaveLength(1)
    expect(compare({ filterChains: [{ v: 'NORMALISED' }] }, { filterChains: [{ v: '17' }] })).toEqual([])
  })

  it('counts duplicates in sets', () => {
    expect(compare({ domains: ['a', 'a'] }, { domains: ['a', 'b'] })).toHaveLength(2)
    expect(compare({ domains: ['a'] }, { domains: ['a', 'a'] })).toHaveLength(1)
  })
})
