/** Laws of the model's small algebras: hosts, visibility, precedence, merging, weights of localities. */
import { hostCovers } from '@istio-ts/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRule, type RuleShelf } from './destination/choose-rule.ts'
import { overlay, withPortLevel } from './destination/merge-policy.ts'
import { mergeRules, type RuleModel } from './destination/rule.ts'
import { hostNames, nameForm } from './outbound/domains.ts'
import { grantListeners, type ListenerWish } from './outbound/listener-drafts.ts'
import { localityRank, withPriorities } from './outbound/locality-priority.ts'
import { withoutRepeatedDomains } from './outbound/virtual-hosts.ts'
import { isVisibleTo, visibilityKey, visibilityOf } from './visibility/export-to.ts'

const ref = { cluster: 'c', group: 'g', kind: 'DestinationRule', namespace: 'n', name: 'r' }
const label = fc.constantFrom('a', 'b', 'c')
const host = fc.oneof(fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')), fc.array(label, { maxLength: 2 }).map((parts) => ['*', ...parts].join('.')))
const namespace = fc.constantFrom('one', 'two', 'istio-system')

const rule = fc.record({ host, namespace, exportTo: fc.constantFrom(['*'], ['.'], ['two']), created: fc.integer({ min: 0, max: 3 }), subsets: fc.array(label, { maxLength: 3 }), hasPolicy: fc.boolean() })
const toModel = (one: { host: string; namespace: string; exportTo: readonly string[]; created: number; subsets: readonly string[]; hasPolicy: boolean }, i: number): RuleModel => ({
  key: `${one.namespace}/r${i}`, ref: { ...ref, name: `r${i}` }, namespace: one.namespace, host: one.host, visibility: visibilityOf(one.exportTo, one.namespace, ['*']), created: String(one.created),
  ...(one.hasPolicy ? { policy: { policy: { loadBalancer: { simple: 'RANDOM' as const } }, from: { resource: ref, path: String(i) } } } : {}),
  subsets: one.subsets.map((name) => ({ subset: { name }, from: { resource: ref, path: `${i}` } })), from: [{ resource: { ...ref, name: `r${i}` }, path: '' }],
})
const rules = fc.array(rule, { maxLength: 8 }).map((list) => list.map(toModel))
const shelfOf = (all: readonly RuleModel[]): RuleShelf => {
  const merged = (ns: string): readonly RuleModel[] => mergeRules(all.filter((one) => one.namespace === ns))
  return { exact: (ns, name) => merged(ns).filter((one) => one.host === name), wildcards: (ns) => merged(ns).filter((one) => one.host.startsWith('*')) }
}

describe('destination rules', () => {
  it('merge the same whatever order they come in, and never twice', () => {
    fc.assert(fc.property(rules, (all) => {
      const once = mergeRules(all)
      expect(mergeRules([...all].reverse())).toEqual(once)
      for (const one of once) expect(new Set(one.subsets.map(({ subset }) => subset.name)).size).toBeLessThanOrEqual(one.subsets.length)
    }))
  })

  it('are chosen by namespace first, then by the most specific host, and only if visible', () => {
    fc.assert(fc.property(rules, host, namespace, namespace, (all, wanted, client, service) => {
      const found = chooseRule(wanted, service, { namespace: client, labels: {}, rootNamespace: 'istio-system' }, shelfOf(all))
      if (!found) return
      expect(hostCovers(found.host, wanted)).toBe(true)
      if (found.namespace !== client) expect(isVisibleTo(found.visibility, client)).toBe(true)
      const closer = all.filter((one) => one.namespace === client && client !== 'istio-system' && hostCovers(one.host, wanted))
      if (closer.length > 0) expect(found.namespace).toBe(client)
      const sameShelf = all.filter((one) => one.namespace === found.namespace && one.host === wanted && isVisibleTo(one.visibility, client))
      if (sameShelf.length > 0 && found.namespace !== client) expect(found.host).toBe(wanted)
    }))
  })

  it('overlay field by field, and a port-level block leaves nothing of the rest', () => {
    const below = { loadBalancer: { simple: 'RANDOM' as const }, tls: { mode: 'DISABLE' as const } }
    expect(overlay(below, { tls: { mode: 'SIMPLE' } })).toEqual({ loadBalancer: { simple: 'RANDOM' }, tls: { mode: 'SIMPLE' } })
    expect(withPortLevel({ ...below, portLevelSettings: [{ port: { number: 80 } }] }, 80)).toEqual({ policy: {}, index: 0 })
  })
})

describe('visibility', () => {
  it('is the same for the same key', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('*', '.', '~', 'one', 'two')), namespace, namespace, (exportTo, owner, client) => {
      const visibility = visibilityOf(exportTo, owner, ['*'])
      const again = visibilityOf([...exportTo].reverse(), owner, ['*'])
      expect(visibilityKey(again)).toBe(visibilityKey(visibility))
      const expected = exportTo.length === 0 || exportTo.includes('*') || (exportTo as readonly string[]).includes(client) || (exportTo.includes('.') && owner === client)
      expect(isVisibleTo(visibility, client)).toBe(expected)
    }))
  })
})

describe('names', () => {
  it('have the bare name only in the own namespace of the same cluster domain', () => {
    expect(hostNames('web.a.svc.cluster.local', nameForm('web.a.svc.cluster.local', 'a.svc.cluster.local'))).toContain('web')
    expect(hostNames('web.a.svc.cluster.local', nameForm('web.a.svc.cluster.local', 'b.svc.cluster.local'))).not.toContain('web')
    expect(nameForm('web.a.svc.cluster.local', 'a.svc.example.org')).toBe('plain')
    expect(nameForm('example.com', 'a.svc.cluster.local')).toBe('plain')
  })

  it('stand in one virtual host of a table', () => {
    fc.assert(fc.property(fc.array(fc.array(label, { minLength: 1, maxLength: 3 })), (lists) => {
      const hosts = lists.map((domains, i) => ({ name: String(i), domains: [...new Set(domains)], routes: [], requireTls: false, from: [] }))
      const domains = withoutRepeatedDomains(hosts).flatMap((one) => one.domains)
      expect(new Set(domains).size).toBe(domains.length)
      expect(new Set(domains)).toEqual(new Set(lists.flat()))
    }))
  })
})

describe('listeners', () => {
  const wish: fc.Arbitrary<ListenerWish> = fc.record({ bind: fc.constantFrom('0.0.0.0', '10.0.0.1'), port: fc.constantFrom(80, 81), isHttp: fc.boolean(), name: label }).map(({ bind, port, isHttp, name }) => ({
    bind, port, service: { host: name, name, namespace: 'one' }, from: [],
    ...(isHttp ? { http: { routeTable: String(port), protocol: 'http' as const, from: [] } } : {}),
    chains: isHttp ? [] : [{ serverNames: [], destinations: [], protocol: 'tcp' as const, action: { destinations: [], hashOnSourceIp: false, from: [] }, service: { host: name, name, namespace: 'one' }, from: [] }],
  }))
  it('are one per address and port, and every wish is granted or reported', () => {
    fc.assert(fc.property(fc.array(wish), (wishes) => {
      const { listeners, conflicts } = grantListeners(wishes, { bindToPort: false, unmatched: 'passthrough' })
      const places = listeners.map((one) => `${one.bind}_${one.port}`)
      expect(new Set(places).size).toBe(places.length)
      expect(new Set(places)).toEqual(new Set(wishes.map((one) => `${one.bind}_${one.port}`)))
      for (const one of listeners) {
        const mine = wishes.filter((other) => other.bind === one.bind && other.port === one.port)
        expect(one.http !== undefined).toBe(mine.some((other) => other.http))
        expect(one.chains.length).toBe(mine.some((other) => other.chains.length > 0) ? 1 : 0)
        expect(one.unmatched).toBe(one.chains.length > 0 ? 'none' : 'passthrough')
      }
      const lost = wishes.filter((one) => one.chains.length > 0).length - listeners.filter((one) => one.chains.length > 0).length
      expect(conflicts.filter(({ wish: one }) => one.chains.length > 0).length).toBe(lost)
    }))
  })
})

describe('localities', () => {
  const locality = fc.record({ region: label, zone: label, subzone: label })
  it('get priorities without holes, nearer ones first', () => {
    fc.assert(fc.property(locality, fc.uniqueArray(locality, { selector: (one) => JSON.stringify(one) }), (mine, others) => {
      const groups = others.map((one) => ({ locality: one, priority: 0, weight: 1, endpoints: [] }))
      const ranked = withPriorities(groups, { distribute: [], failover: [], failoverPriority: [] }, { locality: mine, network: '', cluster: '', labels: {} })
      const used = [...new Set(ranked.map((one) => one.priority))].sort((a, b) => a - b)
      expect(used).toEqual(used.map((_, i) => i))
      for (const a of ranked) for (const b of ranked) if (localityRank(mine, a.locality, []) < localityRank(mine, b.locality, [])) expect(a.priority).toBeLessThan(b.priority)
    }))
  })
})
