import fc from 'fast-check'
import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { cidrContains, compareHosts, formatProtoDuration, formatSpiffeId, hostCovers, hostsOverlap, ipFamily, matchesLabels, matchesSelector, parseCidr, parseDuration, parseIp, parseSpiffeId, resolveShortHost, SecretText } from '../index.ts'

const host = fc.tuple(fc.boolean(), fc.array(fc.constantFrom('a', 'b', 'shop', 'com'), { minLength: 1, maxLength: 3 })).map(([wild, labels]) => `${wild ? '*.' : ''}${labels.join('.')}`)

describe('host names', () => {
  it.each([['*', 'a', true], ['*.com', 'shop.com', true], ['*.com', 'com', false], ['a.com', 'a.com', true], ['a.com', '*.com', false], ['*.com', '*.shop.com', true], ['*.shop.com', '*.com', false]])('%s covers %s: %s', (pattern, name, covers) => {
    expect(hostCovers(pattern, name)).toBe(covers)
  })
  it('covering is a partial order, and what covers overlaps', () => {
    fc.assert(fc.property(host, host, host, (a, b, c) => {
      expect(hostCovers(a, a)).toBe(true)
      if (hostCovers(a, b) && hostCovers(b, c)) expect(hostCovers(a, c)).toBe(true)
      if (hostCovers(a, b) && hostCovers(b, a)) expect(a).toBe(b)
      if (hostCovers(a, b)) expect(hostsOverlap(b, a)).toBe(true)
    }))
  })
  it('are ordered from the most specific', () => {
    expect(['*', '*.com', 'a.com', 'shop.a.com', '*.a.com'].sort(compareHosts)).toEqual(['shop.a.com', 'a.com', '*.a.com', '*.com', '*'])
  })
  it('are completed by the namespace only when they are short', () => {
    expect(['reviews', 'reviews.other', '*'].map((name) => resolveShortHost(name, 'default'))).toEqual(['reviews.default.svc.cluster.local', 'reviews.other', '*'])
  })
})

describe('SPIFFE ids', () => {
  it('read what they write', () => {
    const id = { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'cart' }
    expect(parseSpiffeId(formatSpiffeId(id))).toEqual(id)
  })
  it.each(['spiffe://td/ns/a', 'https://td/ns/a/sa/b', 'spiffe://td/ns/a/sa/b/c', 'spiffe:///ns/a/sa/b', 'spiffe://td/ns/a/sa/b?x'])('refuse %s', (uri) => {
    expect(parseSpiffeId(uri)).toBeUndefined()
  })
})

describe('durations', () => {
  it.each([['1h30m', 5_400_000], ['0.5s', 500], ['100ms', 100], ['-1s', -1000], ['0', 0], ['1us', 0.001], ['1', undefined], ['', undefined], ['1d', undefined], ['s', undefined]])('%s is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
  it.each([[10_000, '10s'], [100, '0.100s'], [0.001, '0.000001s'], [0, '0s'], [-1500, '-1.500s']])('%s ms is written %s', (ms, text) => {
    expect(formatProtoDuration(ms)).toBe(text)
  })
  it('ends where Go ends, and knows both letters of micro', () => {
    expect([parseDuration('2562047h'), parseDuration('2562048h'), parseDuration('9223372036s1h')]).toEqual([9_223_369_200_000, undefined, undefined])
    expect([parseDuration('5\u00b5s'), parseDuration('5\u03bcs')]).toEqual([0.005, 0.005])
  })

  it('read back what is written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => { expect(parseDuration(formatProtoDuration(ms))).toBeCloseTo(ms, 6) }))
  })
})

describe('addresses', () => {
  it('are told from other texts as Node tells them', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/)), (text) => { expect(ipFamily(text) ?? 0).toBe(isIP(text)) }), { numRuns: 2000 })
  })
  it.each([['10.0.0.0/8', '10.1.2.3', true], ['10.0.0.0/8', '11.0.0.1', false], ['10.1.2.3', '10.1.2.3', true], ['0.0.0.0/0', '1.2.3.4', true], ['0.0.0.0/0', '::1', false], ['2001:db8::/33', '2001:db8:7fff::1', true], ['2001:db8::/33', '2001:db8:8000::1', false]])('%s holds %s: %s', (range, address, inside) => {
    const cidr = parseCidr(range)
    const bytes = parseIp(address)
    expect(cidr && bytes && cidrContains(cidr, bytes)).toBe(inside)
  })
  it.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0/8', '::/129', '1.2.3.4/08'])('refuse the range %s', (range) => {
    expect(parseCidr(range)).toBeUndefined()
  })
})

describe('labels', () => {
  it('match when all wanted ones are there, and never by inheritance', () => {
    expect(matchesLabels({ app: 'a' }, { app: 'a', version: 'v1' })).toBe(true)
    expect(matchesLabels({ toString: 'x' }, {})).toBe(false)
    expect(matchesLabels(undefined, {})).toBe(true)
  })
  it('match expressions as Kubernetes does', () => {
    const rule = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist') => ({ matchExpressions: [{ key: 'env', operator, values: ['prod'] }] })
    expect((['In', 'NotIn', 'Exists', 'DoesNotExist'] as const).map((operator) => [matchesSelector(rule(operator), { env: 'prod' }), matchesSelector(rule(operator), {})])).toEqual([[true, false], [false, true], [true, false], [false, true]])
  })
})

it('a secret prints as [redacted] everywhere', () => {
  const secret = new SecretText('hunter2')
  expect([`${secret}`, JSON.stringify({ secret }), String(secret)].join()).not.toContain('hunter2')
  expect(secret.reveal()).toBe('hunter2')
})
