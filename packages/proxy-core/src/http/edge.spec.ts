/** What a client outside may say of itself, and how much: sanitising, XFCC, limits. */
import { manualClock } from '@istio-ts/foundation'
import { describe, expect, it } from 'vitest'
import { plainRequestHead } from '../codec/head/plain-heads.ts'
import type { HttpConnectionManager } from '../config/wire.ts'
import type { TlsFacts } from '../io/io-engine.ts'
import { memoryEngine } from '../testing/memory-engine.ts'
import { echoOrigin, exchange } from '../testing/proxy/call.ts'
import { hcm, httpFilter, listener, routes, staticCluster, to } from '../testing/proxy/resources.ts'
import { configure, testProxy, updateOf } from '../testing/proxy/test-proxy.ts'
import { addressFromXff } from './request-headers.ts'
import { applyXfcc, type XfccRule } from './xfcc.ts'

const play = async (config: HttpConnectionManager, request: string): Promise<{ readonly answer: string; readonly seen: readonly string[]; readonly log: string }> => {
  const clock = manualClock()
  const engine = memoryEngine({ clock })
  const { proxy, logs } = testProxy({ engine, clock })
  const seen = await echoOrigin(engine, 9000)
  await configure(proxy, updateOf('cluster', [staticCluster('c', [9000])]), updateOf('listener', [listener('l', 80, [{ filters: [hcm({ routeConfig: routes('r', [to('c')]), ...config })] }])]))
  const answer = await exchange(engine, { kind: 'ip', ip: '127.0.0.1', port: 80 }, request)
  return { answer, seen, log: logs.get('/dev/stdout') ?? '' }
}

const HOSTILE = 'GET / HTTP/1.1\r\nhost: h\r\nx-forwarded-for: 10.0.0.1\r\nx-envoy-internal: true\r\nx-envoy-max-retries: 99\r\nx-envoy-retry-on: 5xx\r\nx-envoy-upstream-rq-timeout-ms: 1\r\nx-forwarded-client-cert: URI=spiffe://a\r\nx-envoy-peer-metadata: AAAA\r\nx-request-id: chosen\r\n\r\n'

describe('the edge', () => {
  it('removes what steers the proxy or claims trust from a client outside', async () => {
    const { seen } = await play({ useRemoteAddress: true }, HOSTILE)
    const head = (seen[0] ?? '').toLowerCase()
    for (const name of ['x-envoy-internal', 'x-envoy-max-retries', 'x-envoy-retry-on', 'x-forwarded-client-cert', 'x-envoy-peer-metadata', 'x-request-id: chosen']) expect(head).not.toContain(name)
    expect(head).toContain('x-forwarded-for: 10.0.0.1,127.0.0.1')
    expect(head).toContain('x-envoy-external-address: 127.0.0.1')
  })

  it('keeps the span name of a traced peer from the program, and only where tracing is configured', async () => {
    const request = 'GET / HTTP/1.1\r\nhost: h\r\nx-envoy-decorator-operation: a/*\r\n\r\n'
    expect((await play({ tracing: {} }, request)).seen[0]).not.toContain('x-envoy-decorator-operation')
    expect((await play({}, request)).seen[0]).toContain('x-envoy-decorator-operation')
  })

  it('leaves a request inside the mesh its id and forwarded addresses', async () => {
    const { seen } = await play({ useRemoteAddress: false }, 'GET / HTTP/1.1\r\nhost: h\r\nx-forwarded-for: 10.0.0.1\r\nx-request-id: kept\r\ntraceparent: 00-1-2-01\r\n\r\n')
    expect(seen[0]).toMatch(/x-forwarded-for: 10\.0\.0\.1\r/i)
    expect(seen[0]).toMatch(/x-request-id: kept/i)
    expect(seen[0]).toMatch(/traceparent: 00-1-2-01/i)
  })

  it('lets nobody steer retries and timeouts inside the mesh either, except from addresses that are said to be internal', async () => {
    const steering = 'GET / HTTP/1.1\r\nhost: h\r\nx-forwarded-for: 10.0.0.1\r\nx-envoy-upstream-alt-stat-name: s\r\nx-envoy-force-trace: 1\r\nx-envoy-attempt-count: 3\r\n\r\n'
    const sidecar = (await play({}, steering)).seen[0] ?? ''
    expect(sidecar).not.toMatch(/alt-stat-name|force-trace|x-envoy-internal/)
    expect(sidecar).toContain('x-envoy-attempt-count: 3')
    const trusting = { internalAddressConfig: { cidrRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] } }
    expect((await play(trusting, steering)).seen[0]).toMatch(/alt-stat-name: s[^]*force-trace: 1[^]*x-envoy-internal: true/)
    expect((await play(trusting, steering.replace('10.0.0.1', '10.0.0.1, 9.9.9.9'))).seen[0]).not.toMatch(/alt-stat-name|x-envoy-internal/)
  })

  it('logs what it refused before there was a request', async () => {
    const accessLog = [{ name: 'envoy.access_loggers.file', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog', path: '/dev/stdout', logFormat: { textFormatSource: { inlineString: '%PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_SENT%\n' } } } }]
    const refused = async (request: string): Promise<string> => (await play({ accessLog }, request)).log
    expect(await refused('GET / HTTP/1.0\r\n\r\n')).toBe('HTTP/1.1 426 DPE low_version 16\n')
    expect(await refused('GET / HTTP/1.1\r\nhost: h\r\nx a: b\r\n\r\n')).toBe('HTTP/1.1 400 DPE http1.bad_header_name 11\n')
    expect(await refused('POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')).toBe('HTTP/1.1 400 DPE http1.bad_chunk 11\n')
  })

  const many = `GET / HTTP/1.1\r\nhost: h\r\n${Array.from({ length: 150 }, (_, i) => `x-${i}: 1\r\n`).join('')}\r\n`

  it('refuses more than 100 headers by itself, before the origin sees anything', async () => {
    const { answer, seen } = await play({}, many)
    expect(answer).toMatch(/^HTTP\/1.1 431 /)
    expect(seen).toEqual([])
  })

  it('would let them pass with another limit (mutant)', async () => {
    const { answer } = await play({ commonHttpProtocolOptions: { maxHeadersCount: 1000 } }, many)
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
  })

  it('denies by the normalised path, and would not without normalisation (mutant)', async () => {
    const rbac = httpFilter('envoy.filters.http.rbac', 'envoy.extensions.filters.http.rbac.v3.RBAC', { rules: { action: 'DENY', policies: { p: { permissions: [{ urlPath: { path: { prefix: '/admin' } } }], principals: [{ any: true }] } } } })
    const sneaky = 'GET /public/..//%61dmin HTTP/1.1\r\nhost: h\r\n\r\n'
    const strict = await play({ normalizePath: true, mergeSlashes: true, httpFilters: [rbac] }, sneaky)
    expect([strict.answer.slice(9, 12), strict.seen.length]).toEqual(['403', 0])
    const loose = await play({ httpFilters: [rbac] }, sneaky)
    expect(loose.answer.slice(9, 12)).toBe('200')
  })

  it('forwards the path that was judged', async () => {
    const { seen } = await play({ normalizePath: true }, 'GET /a/./b/../c?x=/../y HTTP/1.1\r\nhost: h\r\n\r\n')
    expect(seen[0]).toMatch(/^GET \/a\/c\?x=\/\.\.\/y HTTP/)
  })

  it('sends plain callers to HTTPS where the virtual host takes nothing else, and would serve them otherwise (mutant)', async () => {
    const hosts = (requireTls: 'ALL' | 'EXTERNAL_ONLY' | 'NONE'): HttpConnectionManager => ({ useRemoteAddress: true, routeConfig: { name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], requireTls, routes: [{ match: { prefix: '/' }, route: { cluster: 'c' } }] }] } })
    const request = 'GET /a?b HTTP/1.1\r\nhost: h:80\r\n\r\n'
    const strict = await play(hosts('ALL'), request)
    expect(strict.answer).toMatch(/^HTTP\/1.1 301 [^]*\r\nlocation: https:\/\/h\/a\?b\r\n/)
    expect(strict.seen).toEqual([])
    expect((await play(hosts('EXTERNAL_ONLY'), 'GET / HTTP/1.1\r\nhost: h\r\nx-forwarded-for: 8.8.8.8\r\n\r\n')).answer.slice(9, 12)).toBe('301')
    expect((await play(hosts('NONE'), request)).answer.slice(9, 12)).toBe('200')
  })

  it('answers gRPC clients in their own words', async () => {
    const { answer } = await play({ routeConfig: routes('r', [{ match: { prefix: '/x' }, route: { cluster: 'c' } }]) }, 'POST /svc/M HTTP/1.1\r\nhost: h\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    expect(answer).toContain('grpc-status: 12')
  })
})

describe('x-forwarded-client-cert', () => {
  const tls: TlsFacts = { version: 'TLSv1.3', cipher: 'x', resumed: false, peerFingerprint: 'abcd', peerUris: ['spiffe://td/ns/a/sa/a'], peerDnsNames: ['a.example'], peerSubject: 'O="x"', localUris: ['spiffe://td/ns/b/sa/b'] }
  const apply = (mode: XfccRule['mode'], facts: TlsFacts | undefined, before = 'Hash=old'): string | undefined => {
    const head = plainRequestHead({ method: 'GET', path: '/', authority: 'h', fields: [['x-forwarded-client-cert', before]] })
    applyXfcc({ mode, subject: true, uri: true, dns: true }, head, facts)
    return head.get('x-forwarded-client-cert')
  }
  const own = 'By=spiffe://td/ns/b/sa/b;Hash=abcd;Subject="O=\\"x\\"";URI=spiffe://td/ns/a/sa/a;DNS=a.example'

  it.each([
    ['SANITIZE', undefined, undefined], ['SANITIZE_SET', own, undefined], ['APPEND_FORWARD', `Hash=old,${own}`, undefined], ['FORWARD_ONLY', 'Hash=old', undefined], ['ALWAYS_FORWARD_ONLY', 'Hash=old', 'Hash=old'],
  ] as const)('%s', (mode, withTls, without) => {
    expect(apply(mode, tls)).toBe(withTls)
    expect(apply(mode, undefined)).toBe(without)
  })

  it('reads addresses from the right of X-Forwarded-For, and only addresses', () => {
    expect([0, 1, 2].map((skip) => addressFromXff('1.1.1.1, 2.2.2.2,3.3.3.3', skip))).toEqual(['3.3.3.3', '2.2.2.2', '1.1.1.1'])
    expect(addressFromXff('1.1.1.1, evil', 0)).toBeUndefined()
    expect(addressFromXff('1.1.1.1', 5)).toBeUndefined()
  })
})
