/** Scenarios on the memory network and a virtual clock: the whole proxy, nothing real but its code. */
import { manualClock, type ManualClock } from '@istio-ts/foundation'
import { beforeEach, describe, expect, it } from 'vitest'
import { memoryEngine, type MemoryEngine } from './testing/memory-engine.ts'
import { assignment, edsCluster, hcm, httpFilter, listener, routes, staticCluster, tcpProxy, to } from './testing/proxy/resources.ts'
import { configure, testProxy, updateOf, type TestProxy } from './testing/proxy/test-proxy.ts'
import { complete, echoOrigin, exchange } from './testing/proxy/call.ts'
import type { Address } from './io/io-engine.ts'
import type { HttpConnectionManager, Route } from './config/wire.ts'

const at = (port: number): Address => ({ kind: 'ip', ip: '127.0.0.1', port })
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nhost: a.example\r\n${more}\r\n`
const status = (text: string): number => Number(text.slice(9, 12))
const turns = async (count = 20): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => queueMicrotask(resolve))
}

describe('a proxy on the memory network', () => {
  let clock: ManualClock
  let engine: MemoryEngine
  let test: TestProxy

  const serve = (list: readonly Route[], more: HttpConnectionManager = {}, port = 80): Promise<void> =>
    configure(test.proxy, updateOf('listener', [listener(`l${port}`, port, [{ filters: [hcm({ routeConfig: routes('r', list), ...more })] }])]))
  const clusters = (...list: Parameters<typeof updateOf<'cluster'>>[1]): Promise<void> => {
    const problems = test.proxy.apply(updateOf('cluster', list))
    return problems.length > 0 ? Promise.reject(new Error(JSON.stringify(problems))) : Promise.resolve()
  }

  beforeEach(() => {
    clock = manualClock()
    engine = memoryEngine({ clock })
    test = testProxy({ engine, clock, names: { 'outside.example': ['127.0.0.1'], 'self.example': ['127.0.0.1'] } })
  })

  it('delays and aborts as the fault of the route says', async () => {
    await echoOrigin(engine, 9000)
    await clusters(staticCluster('c', [9000]))
    const fault = (value: object): Route['typedPerFilterConfig'] => ({ 'envoy.filters.http.fault': { '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault', ...value } })
    await serve([
      { ...to('c', '/abort'), typedPerFilterConfig: fault({ abort: { httpStatus: 555, percentage: { numerator: 100 } } }) ?? {} },
      { ...to('c', '/slow'), typedPerFilterConfig: fault({ delay: { fixedDelay: '7s', percentage: { numerator: 100 } } }) ?? {} },
    ], { httpFilters: [httpFilter('envoy.filters.http.fault', 'envoy.extensions.filters.http.fault.v3.HTTPFault', {})] })
    const aborted = await exchange(engine, at(80), get('/abort'))
    expect(aborted).toMatch(/^HTTP\/1.1 555 /)
    expect(aborted.endsWith('fault filter abort')).toBe(true)
    const slow = exchange(engine, at(80), get('/slow'))
    await turns()
    clock.advance(6999)
    let done = false
    void slow.then(() => (done = true))
    await turns()
    expect(done).toBe(false)
    clock.advance(1)
    expect(status(await slow)).toBe(200)
  })

  it('hands CONNECT to the outbound listener of host and port, where HTTP inside is routed', async () => {
    const seen = await echoOrigin(engine, 9000)
    await clusters(staticCluster('c', [9000]), staticCluster('to-outbound', [8001]))
    await serve([to('c')], {}, 8001)
    const connect: Route = { match: { connectMatcher: {} }, route: { cluster: 'to-outbound', timeout: '0s', upgradeConfigs: [{ upgradeType: 'CONNECT', connectConfig: {} }] } }
    await configure(test.proxy, updateOf('listener', [listener('http_proxy', 15007, [{ filters: [hcm({ upgradeConfigs: [{ upgradeType: 'CONNECT' }], routeConfig: { name: 'http_proxy', virtualHosts: [{ name: 'cart', domains: ['cart:80'], routes: [connect] }, { name: 'none', domains: ['*'], routes: [{ match: { prefix: '/' }, directResponse: { status: 502 } }, { match: { connectMatcher: {} }, directResponse: { status: 502 } }] }] } })] }])]))
    let tunnelled = false
    const answer = await exchange(engine, at(15_007), `CONNECT cart:80 HTTP/1.1\r\nhost: cart\r\n\r\n${get('/inside')}`, (received) => {
      if (!tunnelled && received.includes('\r\n\r\n')) tunnelled = true
      return tunnelled && complete(received.slice(received.indexOf('\r\n\r\n') + 4))
    })
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    expect(answer).toContain('GET /inside HTTP/1.1')
    expect(seen).toHaveLength(1)
    expect(status(await exchange(engine, at(15_007), 'CONNECT nobody:80 HTTP/1.1\r\nhost: nobody\r\n\r\n'))).toBe(502)
  })

  it('takes absolute-form requests and decides by the target, not by Host', async () => {
    const seen = await echoOrigin(engine, 9000)
    await clusters(staticCluster('c', [9000]))
    await configure(test.proxy, updateOf('listener', [listener('http_proxy', 15007, [{ filters: [hcm({ routeConfig: { name: 'http_proxy', virtualHosts: [{ name: 'cart', domains: ['cart:8080'], routes: [to('c')] }] } })] }])]))
    expect(status(await exchange(engine, at(15_007), 'GET http://cart:8080/x HTTP/1.1\r\nhost: other\r\n\r\n'))).toBe(200)
    expect(seen[0]).toMatch(/^GET \/x HTTP\/1.1/)
    expect(seen[0]).toMatch(/host: cart:8080/i)
  })

  describe('dynamic destinations', () => {
    const dfp = { name: 'dfp', clusterType: { name: 'envoy.clusters.dynamic_forward_proxy', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', dnsCacheConfig: { name: 'x' } } }, lbPolicy: 'CLUSTER_PROVIDED' } as const

    it('resolves an unknown host, answers 503 DF for a name that does not exist', async () => {
      await echoOrigin(engine, 9000)
      await clusters(dfp)
      await serve([to('dfp')], { accessLog: [fileLog('%RESPONSE_CODE% %RESPONSE_FLAGS%\n')] })
      expect(status(await exchange(engine, at(80), 'GET / HTTP/1.1\r\nhost: outside.example:9000\r\n\r\n'))).toBe(200)
      expect(status(await exchange(engine, at(80), 'GET / HTTP/1.1\r\nhost: nowhere.example\r\n\r\n'))).toBe(503)
      await turns()
      expect(test.logs.get('/dev/stdout')).toBe('200 -\n503 DF\n')
    })

    it('never dials one of its own listeners', async () => {
      await clusters(dfp)
      await serve([to('dfp')])
      for (const host of ['self.example:80', '127.0.0.1:80', '0.0.0.0:80', '127.0.0.1']) {
        const before = engine.connects
        expect(status(await exchange(engine, at(80), `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`))).toBe(502)
        // The test's own connection is the only one.
        expect(engine.connects - before).toBe(1)
      }
    })

    it('would loop without the guard (mutant)', async () => {
      const { Upstream } = await import('./upstream/upstream.ts')
      const original = Upstream.prototype.dynamicHost
      const unguarded = Object.getOwnPropertyDescriptor(Upstream.prototype, 'dynamicHost')
      Upstream.prototype.dynamicHost = function (this: InstanceType<typeof Upstream>, address, hostname) {
        const own = this.deps.isOwnListener
        Object.defineProperty(this.deps, 'isOwnListener', { value: () => false, configurable: true })
        try {
          return original.call(this, address, hostname)
        } finally {
          Object.defineProperty(this.deps, 'isOwnListener', { value: own, configurable: true })
        }
      }
      try {
        await clusters(dfp)
        await serve([to('dfp')])
        const before = engine.connects
        void exchange(engine, at(80), 'GET / HTTP/1.1\r\nhost: 127.0.0.1:80\r\n\r\n')
        await turns(400)
        expect(engine.connects - before).toBeGreaterThan(2)
      } finally {
        if (unguarded) Object.defineProperty(Upstream.prototype, 'dynamicHost', unguarded)
        await test.proxy.stop()
      }
    })
  })

  it('relays TCP both ways and counts the bytes', async () => {
    await engine.listen(at(9100), {}, (stream) => stream.setEvents({
      onData: (bytes, from, to) => void stream.send(bytes.slice(from, to), 0, to - from, true),
      onEnd: () => stream.end(), onDrain: () => undefined, onClose: () => undefined,
    }))
    await clusters(staticCluster('tcp', [9100]))
    await configure(test.proxy, updateOf('listener', [listener('t', 9200, [{ filters: [tcpProxy('tcp', { accessLog: [fileLog('%BYTES_RECEIVED% %BYTES_SENT% %UPSTREAM_CLUSTER_RAW%\n')] })] }])]))
    expect(await exchange(engine, at(9200), 'hello', (received) => received === 'hello')).toBe('hello')
    await turns()
    expect(test.logs.get('/dev/stdout')).toBe('5 5 tcp\n')
  })

  it('warms a cluster until its endpoints come, and takes endpoint changes in place', async () => {
    await echoOrigin(engine, 9001, (head) => `HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${head.length > 0 ? '1' : ''}`)
    await echoOrigin(engine, 9002, () => 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n2')
    await clusters(edsCluster('e'))
    await serve([to('e')])
    expect(status(await exchange(engine, at(80), get('/')))).toBe(503)
    expect([...test.proxy.config.wanted.endpoint]).toEqual(['e'])
    test.proxy.apply(updateOf('endpoint', [assignment('e', [9001])]))
    expect((await exchange(engine, at(80), get('/'))).at(-1)).toBe('1')
    test.proxy.apply(updateOf('endpoint', [assignment('e', [9002])]))
    expect((await exchange(engine, at(80), get('/'))).at(-1)).toBe('2')
  })

  it('serves requests that wait for a connection while their cluster is replaced', async () => {
    await echoOrigin(engine, 9001)
    await clusters(staticCluster('c', [9001]))
    await serve([to('c')])
    const asked = exchange(engine, at(80), get('/'))
    await turns(3)
    await clusters(staticCluster('c', [9001], { connectTimeout: '2s' }))
    expect(status(await asked)).toBe(200)
    expect(status(await exchange(engine, at(80), get('/')))).toBe(200)
  })

  it('gives the address of a removed listener to its successor', async () => {
    await echoOrigin(engine, 9001)
    await clusters(staticCluster('c', [9001]))
    await serve([to('c')])
    const successor = listener('other', 80, [{ filters: [hcm({ routeConfig: routes('r', [{ match: { prefix: '/' }, directResponse: { status: 204 } }]) })] }])
    await configure(test.proxy, updateOf('listener', [successor], '2', ['l80']))
    expect(test.errors).toEqual([])
    expect(status(await exchange(engine, at(80), get('/'), (received) => received.includes('\r\n\r\n')))).toBe(204)
  })

  it('ejects a host after failures in a row and lets it back in', async () => {
    await echoOrigin(engine, 9001, () => 'HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n')
    await echoOrigin(engine, 9002)
    await clusters(staticCluster('c', [9001, 9002], { outlierDetection: { consecutive5xx: 2, baseEjectionTime: '10s', maxEjectionPercent: 50 } }))
    await serve([to('c')])
    for (let i = 0; i < 6; i++) await exchange(engine, at(80), get('/'))
    const bad = test.proxy.upstream('c')?.hosts.find((host) => host.label.endsWith(':9001'))
    expect(bad?.ejected).toBe(true)
    for (let i = 0; i < 4; i++) expect(status(await exchange(engine, at(80), get('/')))).toBe(200)
    clock.advance(12_000)
    expect(bad?.ejected).toBe(false)
  })

  it('opens a circuit: more requests than allowed get 503 UO at once', async () => {
    await engine.listen(at(9001), {}, (stream) => stream.setEvents({ onData: () => undefined, onEnd: () => undefined, onDrain: () => undefined, onClose: () => undefined }))
    await clusters(staticCluster('c', [9001], { circuitBreakers: { thresholds: [{ maxRequests: 2 }] } }))
    await serve([to('c')])
    void exchange(engine, at(80), get('/1'))
    void exchange(engine, at(80), get('/2'))
    await turns()
    const third = await exchange(engine, at(80), get('/3'))
    expect(status(third)).toBe(503)
    expect(third).toContain('x-envoy-overloaded: true')
  })

  it('splits by weight, rewrites, edits headers and mirrors', async () => {
    const a = await echoOrigin(engine, 9001)
    const b = await echoOrigin(engine, 9002)
    const shadow = await echoOrigin(engine, 9003)
    await clusters(staticCluster('a', [9001]), staticCluster('b', [9002]), staticCluster('s', [9003]))
    await serve([{
      match: { prefix: '/api/' },
      requestHeadersToAdd: [{ header: { key: 'x-added', value: 'from %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
      responseHeadersToRemove: ['x-gone'],
      route: {
        timeout: '0s', prefixRewrite: '/', hostRewriteLiteral: 'inside', requestMirrorPolicies: [{ cluster: 's' }],
        weightedClusters: { clusters: [{ name: 'a', weight: 75 }, { name: 'b', weight: 25 }] },
      },
    }])
    for (let i = 0; i < 80; i++) expect(status(await exchange(engine, at(80), get('/api/x?q=1')))).toBe(200)
    await turns()
    expect(a.length + b.length).toBe(80)
    expect(a.length).toBeGreaterThan(45)
    expect(b.length).toBeGreaterThan(8)
    expect(shadow).toHaveLength(80)
    expect(a[0]).toMatch(/^GET \/x\?q=1 HTTP/)
    expect(a[0]).toMatch(/host: inside/i)
    expect(a[0]).toMatch(/x-added: from 127.0.0.1/i)
    expect(a[0]).toMatch(/x-envoy-original-path: \/api\/x\?q=1/i)
    expect(shadow[0]).toMatch(/host: inside-shadow/i)
  })

  it('explains the route only when it was started so, and only when asked', async () => {
    const route: Route = { match: { prefix: '/' }, metadata: { filterMetadata: { 'istio-ts.dev': { from: 'VirtualService/default/cart#/spec/http/2' } } }, directResponse: { status: 200, body: { inlineString: 'x' } } }
    await serve([route])
    expect(await exchange(engine, at(80), get('/', 'x-istio-ts-explain: 1\r\n'))).not.toContain('x-istio-ts-route')
    await test.proxy.stop()
    test = testProxy({ engine, clock, explain: true })
    await serve([route])
    expect(await exchange(engine, at(80), get('/', 'x-istio-ts-explain: 1\r\n'))).toContain('x-istio-ts-route: VirtualService/default/cart#/spec/http/2')
    expect(await exchange(engine, at(80), get('/'))).not.toContain('x-istio-ts-route')
  })

  it('invites a body itself, unless the origin is to be asked', async () => {
    const seen = await echoOrigin(engine, 9001)
    await clusters(staticCluster('c', [9001]))
    await serve([to('c')])
    const answer = await exchange(engine, at(80), 'POST / HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\nbody', (received) => received.includes('HTTP/1.1 200'))
    expect(answer).toMatch(/^HTTP\/1.1 100 /)
    expect(seen[0]).not.toMatch(/expect/i)
  })

  it('redirects and answers directly', async () => {
    await serve([
      { match: { prefix: '/old' }, redirect: { hostRedirect: 'new.example', prefixRewrite: '/new', responseCode: 'PERMANENT_REDIRECT', httpsRedirect: true } },
      { match: { path: '/teapot' }, directResponse: { status: 418, body: { inlineString: 'short and stout' } } },
    ])
    const moved = await exchange(engine, at(80), get('/old/x?y=z'))
    expect(status(moved)).toBe(308)
    expect(moved).toContain('location: https://new.example/new/x?y=z')
    expect(await exchange(engine, at(80), get('/teapot'))).toMatch(/^HTTP\/1.1 418 [^]*short and stout$/)
  })

  it('upgrades to WebSocket only where the listener says so', async () => {
    await engine.listen(at(9001), {}, (stream) => {
      let switched = false
      stream.setEvents({
        onData(bytes, from, to) {
          const reply = switched ? bytes.slice(from, to) : Uint8Array.from('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n', (letter) => letter.charCodeAt(0))
          switched = true
          stream.send(reply, 0, reply.length, true)
        },
        onEnd: () => stream.end(), onDrain: () => undefined, onClose: () => undefined,
      })
    })
    await clusters(staticCluster('c', [9001]))
    const ask = get('/', 'connection: Upgrade\r\nupgrade: websocket\r\n')
    await serve([to('c')], { upgradeConfigs: [{ upgradeType: 'websocket' }] }, 81)
    await serve([to('c')], {}, 82)
    expect(await exchange(engine, at(81), ask, (received) => received.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 101 /)
    expect(status(await exchange(engine, at(82), ask))).toBe(403)
    await turns()
    // The tunnel took its connection away from the codec; it is over all the same.
    expect(test.proxy.activeConnections).toBe(0)
  })

  /** An origin that answers when it is told to: the requests that wait for their answers. */
  const patientOrigin = async (): Promise<(() => void)[]> => {
    const held: (() => void)[] = []
    await engine.listen(at(9001), {}, (stream) => stream.setEvents({
      onData: () => void held.push(() => {
        const reply = Uint8Array.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', (letter) => letter.charCodeAt(0))
        stream.send(reply, 0, reply.length, true)
      }),
      onEnd: () => undefined, onDrain: () => undefined, onClose: () => undefined,
    }))
    return held
  }

  /** A request that waits for its answer, and the origin that gives it. */
  const requestInProgress = async () => {
    const held = await patientOrigin()
    await clusters(staticCluster('c', [9001]))
    await serve([to('c')])
    const running = exchange(engine, at(80), get('/'))
    await turns()
    return { running, answer: () => held.shift()?.() }
  }

  it('lets a request wait for the one connection there may be: it counts as pending, the next one overflows', async () => {
    const held = await patientOrigin()
    await clusters(staticCluster('c', [9001], { circuitBreakers: { thresholds: [{ maxConnections: 1, maxPendingRequests: 1, maxRequests: 1 }] } }))
    await serve([to('c')])
    const first = exchange(engine, at(80), get('/1'))
    await turns()
    const second = exchange(engine, at(80), get('/2'))
    await turns()
    expect(status(await exchange(engine, at(80), get('/3')))).toBe(503)
    held.shift()?.()
    expect(status(await first)).toBe(200)
    await turns(200)
    held.shift()?.()
    expect(status(await second)).toBe(200)
    expect(test.proxy.upstream('c')).toMatchObject({ activeRequests: 0, pending: 0 })
  })

  it('finishes a request in progress when its listener changes, and serves new ones by the new one', async () => {
    const { running, answer } = await requestInProgress()
    const next = listener('l80', 80, [{ filters: [hcm({ routeConfig: routes('r', [{ match: { prefix: '/' }, directResponse: { status: 204 } }]) })] }])
    await configure(test.proxy, updateOf('listener', [next], '2'))
    expect(status(await exchange(engine, at(80), get('/'), (received) => received.includes('\r\n\r\n')))).toBe(204)
    answer()
    const answered = await running
    expect(status(answered)).toBe(200)
    expect(answered.toLowerCase()).toContain('connection: close')
  })

  it('drains: a request in progress ends well, new connections are refused', async () => {
    const { running, answer } = await requestInProgress()
    await test.proxy.drain()
    expect(await exchange(engine, at(80), get('/'))).toBe('')
    answer()
    const answered = await running
    expect(status(answered)).toBe(200)
    expect(answered.toLowerCase()).toContain('connection: close')
  })
})

const fileLog = (format: string): object => ({ name: 'envoy.access_loggers.file', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog', path: '/dev/stdout', logFormat: { textFormatSource: { inlineString: format } } } })
