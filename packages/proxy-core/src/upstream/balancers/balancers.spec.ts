import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Balanced, Balancer } from './balancer.ts'
import { leastRequest } from './least-request.ts'
import { maglev } from './maglev.ts'
import { randomChoice } from './random.ts'
import { ringHash } from './ring-hash.ts'
import { roundRobin } from './round-robin.ts'

interface TestHost extends Balanced {
  active: number
}

const host = (label: string, weight = 1): TestHost => ({ label, weight, active: 0 })
const seeded = (): (() => number) => {
  let state = 42
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
const shares = (balancer: Balancer<TestHost>, picks: number): Map<string, number> => {
  const out = new Map<string, number>()
  for (let i = 0; i < picks; i++) {
    const label = balancer.pick(undefined)?.label ?? 'none'
    out.set(label, (out.get(label) ?? 0) + 1 / picks)
  }
  return out
}

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 6 })

describe('balancers', () => {
  it('round robin visits each host once a round', () => {
    const hosts = ['a', 'b', 'c'].map((label) => host(label))
    const balancer = roundRobin(hosts, seeded())
    const seen = [1, 2, 3, 4, 5, 6].map(() => balancer.pick(undefined)?.label)
    expect(new Set(seen.slice(0, 3)).size).toBe(3)
    expect(seen.slice(3)).toEqual(seen.slice(0, 3))
  })

  it.each([['round robin', roundRobin], ['least request', leastRequest], ['random', randomChoice]] as const)('%s respects weights', (_, make) => {
    fc.assert(fc.property(weights, (list) => {
      const hosts = list.map((weight, i) => host(`h${i}`, weight))
      const total = list.reduce((sum, weight) => sum + weight, 0)
      const seen = shares(make(hosts, seeded()), 4000)
      for (const { label, weight } of hosts) expect(Math.abs((seen.get(label) ?? 0) - weight / total)).toBeLessThan(0.06)
    }), { numRuns: 30 })
  })

  it('least request prefers the idle host', () => {
    const busy = host('busy')
    busy.active = 100
    const seen = shares(leastRequest([busy, host('idle')], seeded()), 2000)
    expect(seen.get('idle')).toBeGreaterThan(0.7)
  })

  it.each([['ring hash', ringHash], ['maglev', maglev]] as const)('%s gives a hash the same host, and a leaving host moves little else', (_, make) => {
    const hosts = Array.from({ length: 8 }, (_unused, i) => host(`10.0.0.${i}:80`))
    const all = make(hosts, seeded())
    const fewer = make(hosts.slice(1), seeded())
    const keys = Array.from({ length: 4000 }, (_unused, i) => (i * 2_654_435_761) >>> 0)
    const gone = hosts[0]?.label
    let moved = 0
    for (const key of keys) {
      const before = all.pick(key)?.label
      expect(all.pick(key)?.label).toBe(before)
      if (before !== gone && fewer.pick(key)?.label !== before) moved++
    }
    // At most 1/n of the keys that were not its own.
    expect(moved / keys.length).toBeLessThan(1 / hosts.length)
  })

  it('has nothing to give without hosts', () => {
    for (const make of [roundRobin, leastRequest, randomChoice, ringHash, maglev]) expect(make<TestHost>([], seeded()).pick(7)).toBeUndefined()
  })
})
