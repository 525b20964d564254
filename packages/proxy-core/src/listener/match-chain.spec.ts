import { describe, expect, it } from 'vitest'
import type { FilterChainMatch } from '../config/wire.ts'
import { StatsStore } from '../stats/stats-store.ts'
import { localWorkload } from '../stats/local-workload.ts'
import { listener, tcpProxy } from '../testing/proxy/resources.ts'
import { compileListenerAlone } from './compile-listener.ts'
import { matchChain, type ChainInput } from './match-chain.ts'

const deps = { environment: { hostname: 'h', environment: () => undefined }, stats: new StatsStore(), local: localWorkload('x', {}), extension: () => undefined }

const choose = (matches: Readonly<Record<string, FilterChainMatch>>, input: Partial<ChainInput> = {}): string | undefined => {
  const chains = Object.entries(matches).map(([name, filterChainMatch]) => ({ name, filterChainMatch, filters: [tcpProxy('c')] }))
  const { listener: compiled, problems } = compileListenerAlone(listener('l', 15006, chains), deps)
  expect(problems).toEqual([])
  return matchChain(compiled.chains, { local: { kind: 'ip', ip: '10.0.0.1', port: 80 }, remote: { kind: 'ip', ip: '10.9.9.9', port: 999 }, serverName: '', transport: 'raw_buffer', alpn: [], ...input })?.name
}

/** Istio's inbound chains for a port whose protocol is detected, in PERMISSIVE mode. */
const PERMISSIVE: Readonly<Record<string, FilterChainMatch>> = {
  'http-mtls': { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] },
  'http-plain': { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.1', 'h2c'] },
  'tcp-mtls': { transportProtocol: 'tls', applicationProtocols: ['istio-peer-exchange', 'istio'] },
  'tcp-plain': { transportProtocol: 'raw_buffer' },
  'tls-through': { transportProtocol: 'tls' },
  blackhole: { destinationPort: 15006 },
}

describe('filter chain match', () => {
  it.each([
    ['http-mtls', { transport: 'tls', alpn: ['istio-http/1.1', 'istio', 'http/1.1'] }],
    ['tcp-mtls', { transport: 'tls', alpn: ['istio'] }],
    ['tls-through', { transport: 'tls', alpn: ['h2'] }],
    ['tls-through', { transport: 'tls', alpn: [] }],
    ['http-plain', { alpn: ['http/1.1'] }],
    ['tcp-plain', {}],
    ['blackhole', { local: { kind: 'ip', ip: '10.0.0.1', port: 15006 } }],
  ] as const)('takes %s for %j', (name, input) => expect(choose(PERMISSIVE, input)).toBe(name))

  it('takes the client’s first protocol, not the chain’s', () => expect(choose({ a: { applicationProtocols: ['h2'] }, b: { applicationProtocols: ['http/1.1'] } }, { alpn: ['http/1.1', 'h2'] })).toBe('b'))

  it('prefers exact server names, then longer wildcards', () => {
    const chains = { any: {}, wide: { serverNames: ['*.example.com'] }, narrow: { serverNames: ['*.shop.example.com'] }, exact: { serverNames: ['www.example.com'] } }
    expect(['www.example.com', 'a.example.com', 'a.shop.example.com', 'other.org', ''].map((serverName) => choose(chains, { serverName }))).toEqual(['exact', 'wide', 'narrow', 'any', 'any'])
  })

  it('prefers the longest range, and does not come back once it chose', () => {
    const chains = { wide: { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] }, narrow: { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 24 }], transportProtocol: 'tls' } }
    expect(choose(chains, { transport: 'tls' })).toBe('narrow')
    // `wide` would match, but the destination had decided before (Envoy).
    expect(choose(chains)).toBeUndefined()
  })

  it('refuses two chains with one match', () => {
    const twice = [{ name: 'a', filterChainMatch: { destinationPort: 1 }, filters: [tcpProxy('c')] }, { name: 'b', filterChainMatch: { destinationPort: 1 }, filters: [tcpProxy('c')] }]
    expect(compileListenerAlone(listener('l', 1, twice), deps).problems.map((problem) => problem.code)).toEqual(['MESH0715'])
  })
})
