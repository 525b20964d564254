/** Mutual TLS between two proxies on the net engine: identity, refusal, headers, metrics, HTTP/2, rotation. */
import http2 from 'node:http2'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, type Authority, type Credentials } from './io/testdata/authority.ts'
import type { IoEngine } from './io/io-engine.ts'
import { netEngine, systemClock } from './node/index.ts'
import { printPrometheus } from './stats/print-stats.ts'
import { echoOrigin, exchange } from './testing/proxy/call.ts'
import { hcm, httpFilter, listener, routes, staticCluster, tcpProxy, to } from './testing/proxy/resources.ts'
import { certificateSecret, meshClientTls, meshServerTls, trustSecret } from './testing/proxy/secrets.ts'
import { configure, portOf, testProxy, updateOf, type TestProxy } from './testing/proxy/test-proxy.ts'
import type { Cluster, HttpFilterConfig, Listener } from './config/wire.ts'

const A = 'spiffe://cluster.local/ns/default/sa/a'
const B = 'spiffe://cluster.local/ns/default/sa/b'
const status = (text: string): number => Number(text.slice(9, 12))

const METADATA = (value: object): HttpFilterConfig => httpFilter('istio.metadata_exchange', 'udpa.type.v1.TypedStruct', { typeUrl: 'type.googleapis.com/io.istio.http.peer_metadata.Config', value })
const STATS = httpFilter('istio.stats', 'stats.PluginConfig', {})
const ALPN = httpFilter('istio.alpn', 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', { alpnOverride: [{ alpnOverride: ['istio-http/1.0', 'istio', 'http/1.0'] }, { alpnOverride: ['istio-http/1.1', 'istio', 'http/1.1'], upstreamProtocol: 'HTTP11' }, { alpnOverride: ['istio-h2', 'istio', 'h2'], upstreamProtocol: 'HTTP2' }] })
const DOWNSTREAM_PROTOCOL: Cluster = { typedExtensionProtocolOptions: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions', useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions: {} } } } }

describe('two proxies with mutual TLS', () => {
  let authority: Authority
  let a: Credentials
  let b: Credentials
  let client: TestProxy
  let server: TestProxy
  let engine: IoEngine
  let origin: number

  beforeAll(async () => {
    authority = await makeAuthority()
    a = await authority.issue({ uris: [A] })
    b = await authority.issue({ uris: [B] })
  })

  const secrets = (own: Credentials, ca = authority.rootPem): ReturnType<typeof updateOf> => updateOf('secret', [certificateSecret('default', own.certificateChainPem, own.privateKeyPem), trustSecret('ROOTCA', ca)])

  const inbound = (more: Listener = {}): Listener => listener('inbound', 0, [
    { name: 'http', filterChainMatch: { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.1', 'istio-h2'] }, transportSocket: meshServerTls(), filters: [hcm({ statPrefix: 'inbound', routeConfig: routes('in', [to('app')]), forwardClientCertDetails: 'APPEND_FORWARD', setCurrentClientCertDetails: { subject: true, uri: true, dns: true }, serverName: 'istio-envoy', httpFilters: [METADATA({ downstream_discovery: [{ istio_headers: {} }], downstream_propagation: [{ istio_headers: {} }] }), STATS] })] },
    { name: 'tcp', filterChainMatch: { transportProtocol: 'tls', applicationProtocols: ['istio-peer-exchange', 'istio'] }, transportSocket: meshServerTls(), filters: [tcpProxy('app')] },
  ], { trafficDirection: 'INBOUND', listenerFilters: [{ name: 'tls', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector' } }], ...more })

  const start = async (serverId = B, clientCredentials = a, serverListener = inbound()): Promise<void> => {
    await configure(server.proxy, secrets(b), updateOf('cluster', [staticCluster('app', [origin], DOWNSTREAM_PROTOCOL)]), updateOf('listener', [serverListener]))
    const meta = { metadata: { filterMetadata: { istio: { services: [{ host: 'b.default.svc.cluster.local', name: 'b', namespace: 'default' }] } } } }
    const ports = [portOf(server.proxy, 'inbound')]
    await configure(client.proxy, secrets(clientCredentials),
      updateOf('cluster', [staticCluster('b', ports, { ...DOWNSTREAM_PROTOCOL, ...meta, transportSocket: meshClientTls(serverId) }), staticCluster('b-tcp', ports, { transportSocket: meshClientTls(serverId) })]),
      updateOf('listener', [
        listener('outbound', 0, [{ filters: [hcm({ statPrefix: 'outbound', routeConfig: routes('out', [to('b')]), httpFilters: [METADATA({ upstream_discovery: [{ istio_headers: {} }], upstream_propagation: [{ istio_headers: {} }] }), ALPN, STATS], accessLog: [{ name: 'f', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog', path: '/dev/stdout', logFormat: { textFormatSource: { inlineString: '%RESPONSE_FLAGS% %UPSTREAM_TRANSPORT_FAILURE_REASON%\n' } } } }] })] }], { trafficDirection: 'OUTBOUND' }),
        listener('outbound-tcp', 0, [{ filters: [tcpProxy('b-tcp')] }], { trafficDirection: 'OUTBOUND' }),
      ]))
  }

  const ask = (path: string, name = 'outbound'): Promise<string> => exchange(engine, { kind: 'ip', ip: '127.0.0.1', port: portOf(client.proxy, name) }, `GET ${path} HTTP/1.1\r\nhost: b\r\n\r\n`)

  beforeEach(async () => {
    engine = netEngine()
    const clock = systemClock()
    client = testProxy({ engine, clock })
    server = testProxy({ engine, clock, node: { id: 'sidecar~127.0.0.1~b-1.default~x', metadata: { NAMESPACE: 'default', WORKLOAD_NAME: 'b', LABELS: { app: 'b', version: 'v2' } } } })
    const listening = await engine.listen({ kind: 'ip', ip: '127.0.0.1', port: 0 }, {}, () => undefined)
    origin = listening.address.kind === 'ip' ? listening.address.port : 0
    await listening.close()
    await echoOrigin(engine, origin)
  })

  afterEach(async () => {
    await client.proxy.stop()
    await server.proxy.stop()
  })

  it('carries a request, tells the origin who called, and hides the metadata headers from it', async () => {
    await start()
    const answer = await ask('/x')
    expect(status(answer)).toBe(200)
    expect(answer).toContain(`By=${B};Hash=`)
    expect(answer).toContain(`URI=${A}`)
    expect(answer).not.toContain('x-envoy-peer-metadata')
  })

  it('refuses a server with another identity', async () => {
    await start('spiffe://cluster.local/ns/default/sa/other')
    expect(status(await ask('/x'))).toBe(503)
    expect(client.proxy.upstream('b')?.stats['ssl.fail_verify_san'].value).toBe(1)
  })

  it('would accept it if the names were not checked (mutant)', async () => {
    const { TlsContexts } = await import('./upstream/tls-contexts.ts')
    const original = TlsContexts.prototype.get
    TlsContexts.prototype.get = function (this: InstanceType<typeof TlsContexts>, socket, variant) {
      return original.call(this, socket.side === 'client' ? { ...socket, sanTests: [] } : socket, variant)
    }
    try {
      await start('spiffe://cluster.local/ns/default/sa/other')
      expect(status(await ask('/x'))).toBe(200)
    } finally {
      TlsContexts.prototype.get = original
    }
  })

  it('refuses a client of another trust domain', async () => {
    await start(B, await authority.issue({ uris: ['spiffe://elsewhere/ns/default/sa/a'] }))
    expect(status(await ask('/x'))).toBe(503)
  })

  it('refuses a client that claims two identities', async () => {
    await start(B, await authority.issue({ uris: [A, 'spiffe://cluster.local/ns/kube-system/sa/admin'] }))
    expect(status(await ask('/x'))).toBe(503)
  })

  it('names both sides in the metrics of both proxies', async () => {
    await start()
    await ask('/x')
    const source = printPrometheus(client.proxy.stats).split('\n').find((line) => line.startsWith('istio_requests_total')) ?? ''
    const destination = printPrometheus(server.proxy.stats).split('\n').find((line) => line.startsWith('istio_requests_total')) ?? ''
    for (const label of ['reporter="source"', 'source_workload="client"', `source_principal="${A}"`, 'destination_workload="b"', 'destination_version="v2"', `destination_principal="${B}"`, 'destination_service="b.default.svc.cluster.local"', 'response_code="200"']) expect(source).toContain(label)
    for (const label of ['reporter="destination"', 'source_workload="client"', 'source_version="v1"', `source_principal="${A}"`, `destination_principal="${B}"`, 'connection_security_policy="mutual_tls"']) expect(destination).toContain(label)
  })

  it('speaks HTTP/2 end to end when the client does', async () => {
    await start()
    const app = http2.createServer()
    app.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'x-path': headers[':path'] ?? '' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end('two')
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const address = app.address()
    await configure(server.proxy, updateOf('cluster', [staticCluster('app', [typeof address === 'object' && address ? address.port : 0], DOWNSTREAM_PROTOCOL)], '2'))
    const session = http2.connect(`http://127.0.0.1:${portOf(client.proxy, 'outbound')}`)
    const seen = await new Promise<{ status: unknown; path: unknown; body: string; trailer: unknown }>((resolve, reject) => {
      const stream = session.request({ ':path': '/p', ':method': 'POST', ':authority': 'b' })
      const out = { status: undefined as unknown, path: undefined as unknown, body: '', trailer: undefined as unknown }
      stream.on('response', (headers) => {
        out.status = headers[':status']
        out.path = headers['x-path']
      })
      stream.on('trailers', (headers) => (out.trailer = headers['grpc-status']))
      stream.on('data', (chunk: Buffer) => (out.body += chunk.toString()))
      stream.on('end', () => resolve(out))
      stream.on('error', reject)
      stream.end('hello')
    })
    expect(seen).toEqual({ status: 200, path: '/p', body: 'two', trailer: '0' })
    session.destroy()
    app.close()
  })

  it('relays TCP under TLS without the metadata preamble', async () => {
    await start()
    expect(status(await ask('/tcp', 'outbound-tcp'))).toBe(200)
  })

  it('takes TLS to the host that it names, where no configuration lists one', async () => {
    const outside = await authority.issue({ dns: ['x.outside.example'] })
    const target = createTlsServer({ cert: outside.certificateChainPem, key: outside.privateKeyPem }, (socket) => socket.end('outside'))
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
    const bound = target.address()
    const port = typeof bound === 'object' && bound ? bound.port : 0
    const { proxy } = testProxy({ engine, clock: systemClock(), names: { 'x.outside.example': ['127.0.0.1'] } })
    const dynamic = { name: 'envoy.clusters.dynamic_forward_proxy', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', dnsCacheConfig: { name: 'dns' } } }
    const sni = { name: 'sni', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig', portValue: port } }
    await configure(proxy,
      updateOf('cluster', [{ name: 'dfp', lbPolicy: 'CLUSTER_PROVIDED', connectTimeout: '1s', clusterType: dynamic }]),
      updateOf('listener', [listener('egress', 0, [{ filterChainMatch: { serverNames: ['*.outside.example'] }, filters: [sni, tcpProxy('dfp')] }], { listenerFilters: [{ name: 'tls', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector' } }] })]),
    )
    const call = (servername: string): Promise<string> => new Promise((resolve) => {
      let text = ''
      connectTls({ host: '127.0.0.1', port: portOf(proxy, 'egress'), servername, ca: authority.rootPem })
        .on('data', (data: Buffer) => (text += data.toString())).on('error', () => undefined).on('close', () => resolve(text))
    })
    expect(await call('x.outside.example')).toBe('outside')
    expect(await call('unknown.outside.example')).toBe('')
    await proxy.stop()
    target.close()
  })

  it('takes a new certificate for new connections and keeps the old ones', async () => {
    await start()
    await ask('/1')
    const before = client.proxy.upstream('b')?.stats.upstream_cx_total.value
    const renewed = await authority.issue({ uris: ['spiffe://cluster.local/ns/default/sa/renewed'] })
    expect(client.proxy.apply(secrets(renewed))).toEqual([])
    expect(await ask('/2')).toContain(`URI=${A}`)
    expect(client.proxy.upstream('b')?.stats.upstream_cx_total.value).toBe(before)
    for (const host of client.proxy.upstream('b')?.hosts ?? []) for (const pool of host.pools) pool.drain()
    expect(await ask('/3')).toContain('URI=spiffe://cluster.local/ns/default/sa/renewed')
  })

  describe('with an update of the listener during a handshake', () => {
    let handshakes: number
    /** Starts a server that takes `update` as soon as its first handshake has begun. */
    const startUpdatedBy = async (update: Listener): Promise<void> => {
      await server.proxy.stop()
      handshakes = 0
      const updating: IoEngine = {
        name: 'updating', listen: (...args) => engine.listen(...args), connect: (...args) => engine.connect(...args), tlsContext: (options) => engine.tlsContext(options), relay: (...args) => engine.relay(...args),
        startTls(...args) {
          engine.startTls(...args)
          if (++handshakes === 1) expect(server.proxy.apply(updateOf('listener', [update]))).toEqual([])
        },
      }
      server = testProxy({ engine: updating, clock: systemClock() })
      await start()
    }
    const denying = (socket = meshServerTls()): Listener => {
      const [http, ...others] = inbound().filterChains ?? []
      return { ...inbound(), filterChains: [{ ...http, transportSocket: socket, filters: [hcm({ statPrefix: 'inbound', routeConfig: routes('in', [{ match: { prefix: '/' }, directResponse: { status: 403 } }]) })] }, ...others] }
    }

    it('serves the connection by the new rules', async () => {
      await startUpdatedBy(denying())
      expect(status(await ask('/1'))).toBe(403)
      expect(status(await ask('/2'))).toBe(403)
      expect(handshakes).toBe(1)
    })

    it('lets the connection go where the new rules want another handshake', async () => {
      const socket = meshServerTls()
      await startUpdatedBy(denying({ ...socket, typedConfig: { ...socket.typedConfig, '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', disableStatelessSessionResumption: true } }))
      await ask('/1')
      expect(status(await ask('/2'))).toBe(403)
      expect(handshakes).toBe(2)
    })
  })

  it('waits with the listener until its certificate is there', async () => {
    await expect(Promise.race([configure(server.proxy, updateOf('cluster', [staticCluster('app', [origin])]), updateOf('listener', [inbound()])), new Promise((resolve) => void setImmediate(() => resolve('waits')))])).resolves.toBe('waits')
    expect(server.proxy.listeners.size).toBe(0)
    await configure(server.proxy, secrets(b))
    expect(portOf(server.proxy, 'inbound')).toBeGreaterThan(0)
  })

  it('refuses a key that belongs to another certificate, and goes on with the last good one', async () => {
    expect(server.proxy.apply(secrets(a))).toEqual([])
    const good = server.proxy.config
    expect(server.proxy.apply(updateOf('secret', [certificateSecret('default', a.certificateChainPem, b.privateKeyPem)]))).toEqual([expect.objectContaining({ severity: 'error', message: expect.stringContaining('key values mismatch') })])
    expect(server.proxy.config).toBe(good)
  })
})
