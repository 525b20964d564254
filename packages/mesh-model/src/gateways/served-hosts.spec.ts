import { hostCovers } from '@istio-ts/foundation'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { servedHosts, sharedHosts } from './served-hosts.ts'

const host = fc.constantFrom('*', '*.example.com', '*.a.example.com', 'a.example.com', 'b.a.example.com', 'example.com', 'constructor', '__proto__', 'other.org')
const served = fc.array(fc.record({ namespace: fc.constantFrom('*', 'a', 'b'), host }), { maxLength: 8 })

it('finds the more specific of each pair that overlaps, as if every pair were looked at', () => {
  fc.assert(fc.property(served, fc.array(host, { maxLength: 4 }), (all, hosts) => {
    const visible = all.filter(({ namespace }) => namespace !== 'b')
    const pairs = hosts.flatMap((own) => visible.flatMap((one) => (hostCovers(one.host, own) ? [own] : hostCovers(own, one.host) ? [one.host] : [])))
    expect([...sharedHosts({ namespace: 'a', hosts }, servedHosts(all))].sort()).toEqual([...new Set(pairs)].sort())
  }))
})
