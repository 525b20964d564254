/** TLS at both sides of our proxy and of a real Envoy: who is let in, who is trusted, what is negotiated. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, type Credentials } from '../../packages/proxy-core/src/io/testdata/authority.ts'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { envoyBinary, havePeers } from '../local/peers.ts'
import { accessLog, type Json } from './configuration.ts'
import { launchEnvoy } from './envoy-process.ts'
import { startOurProxy } from './our-proxy.ts'
import { PATIENT, RowTable } from './table.ts'

const useful = havePeers('e2e/parity/tls', { 'a real Envoy': envoyBinary() })
const CLIENT = 'spiffe://cluster.local/ns/default/sa/client'
const SERVER = 'spiffe://cluster.local/ns/default/sa/server'

/** Everything that a row may need, made anew for each run. */
async function credentials(): Promise<Readonly<Record<string, Credentials>> & { readonly ca: string }> {
  const [mesh, other] = [await makeAuthority(), await makeAuthority('CN=other')]
  const made = {
    client: await mesh.issue({ uris: [CLIENT] }), stranger: await mesh.issue({ uris: ['spiffe://other.domain/ns/default/sa/client'] }), expired: await mesh.issue({ uris: [CLIENT], expired: true }),
    foreign: await other.issue({ uris: [CLIENT] }), server: await mesh.issue({ uris: [SERVER], dns: ['localhost'] }), expiredServer: await mesh.issue({ uris: [SERVER], expired: true }),
    wrongServer: await mesh.issue({ uris: ['spiffe://cluster.local/ns/default/sa/other'] }), foreignServer: await other.issue({ uris: [SERVER] }),
    a: await mesh.issue({ dns: ['a.example'] }), wild: await mesh.issue({ dns: ['*.wild.example'] }),
  }
  // An index signature cannot have an exception: the root is not one of the credentials.
  return Object.assign(made, { ca: mesh.rootPem }) as unknown as Readonly<Record<string, Credentials>> & { readonly ca: string }
}

const any = (type: string, value: Json): Json => ({ '@type': `type.googleapis.com/${type}`, ...value })
const inline = (text: string): Json => ({ inlineString: text })
const own = ({ certificateChainPem, privateKeyPem }: Credentials): Json => ({ tlsCertificates: [{ certificateChain: inline(certificateChainPem), privateKey: inline(privateKeyPem) }] })
const trust = (ca: string, matcher: Json): Json => ({ validationContext: { trustedCa: inline(ca), matchTypedSubjectAltNames: [{ sanType: 'URI', matcher }] } })
const down = (common: Json, require: boolean): Json => ({ transportSocket: { name: 'envoy.transport_sockets.tls', typedConfig: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', { requireClientCertificate: require, commonTlsContext: common }) } })

/** `LISTENERS[i]` is at port i. */
const LISTENERS = ['strict', 'permissive', 'sni', 'outbound'] as const

function listeners(ports: readonly number[], log: string, pki: Awaited<ReturnType<typeof credentials>>): readonly Json[] {
  const route = (prefix: string, cluster: string): Json => ({ match: { prefix }, route: { cluster, timeout: '0s' } })
  const manager = (statPrefix: string): Json => ({ filters: [{ name: 'hcm', typedConfig: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    statPrefix, codecType: 'AUTO', streamIdleTimeout: '0s', forwardClientCertDetails: 'APPEND_FORWARD', setCurrentClientCertDetails: { uri: true, subject: true },
    routeConfig: { name: 'r', validateClusters: false, virtualHosts: [{ name: 'all', domains: ['*'], routes: [...['right', 'wrong', 'expired', 'foreign', 'plain'].map((name) => route(`/${name}`, name)), route('/', 'origin')] }] },
    httpFilters: [{ name: 'envoy.filters.http.router', typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {}) }], accessLog: accessLog(log),
  }) }] })
  const meshTls = down({ alpnProtocols: ['istio-peer-exchange', 'h2', 'http/1.1'], ...own(pki['server'] ?? NOBODY), ...trust(pki.ca, { prefix: 'spiffe://cluster.local/' }) }, true)
  const simple = (who: string): Json => down({ alpnProtocols: ['h2', 'http/1.1'], ...own(pki[who] ?? NOBODY) }, false)
  const chains: Readonly<Record<(typeof LISTENERS)[number], readonly Json[]>> = {
    strict: [{ filterChainMatch: { transportProtocol: 'tls' }, ...meshTls, ...manager('strict') }],
    permissive: [
      { filterChainMatch: { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] }, ...meshTls, ...manager('mtls') },
      { filterChainMatch: { transportProtocol: 'raw_buffer' }, ...manager('plain') },
    ],
    sni: [
      { filterChainMatch: { serverNames: ['a.example'] }, ...simple('a'), ...manager('a') },
      { filterChainMatch: { serverNames: ['*.wild.example'] }, ...simple('wild'), ...manager('wild') },
    ],
    outbound: [manager('outbound')],
  }
  return LISTENERS.map((name, i) => ({
    name, address: { socketAddress: { address: '127.0.0.1', portValue: ports[i] } }, enableReusePort: false, filterChains: chains[name],
    ...(name === 'outbound' ? {} : { listenerFilters: [{ name: 'tls', typedConfig: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}) }] }),
  }))
}

const NOBODY: Credentials = { certificateChainPem: '', privateKeyPem: '' }

function clusters(origin: number, servers: Readonly<Record<string, number>>, pki: Awaited<ReturnType<typeof credentials>>): readonly Json[] {
  const cluster = (name: string, port: number, more: Json = {}): Json => ({ name, type: 'STATIC', connectTimeout: '1s', loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: port } } } }] }] }, ...more })
  const upstreamTls: Json = { transportSocket: { name: 'envoy.transport_sockets.tls', typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', { sni: 'outbound.example', commonTlsContext: { alpnProtocols: ['istio'], tlsParams: { tlsMaximumProtocolVersion: 'TLSv1_3' }, ...own(pki['client'] ?? NOBODY), ...trust(pki.ca, { exact: SERVER }) } }) } }
  return [cluster('origin', origin), ...Object.entries(servers).map(([name, port]) => cluster(name, port, upstreamTls))]
}

interface Seen {
  readonly result: string
  readonly log: string
}

interface TlsRow {
  readonly name: string
  readonly listener: (typeof LISTENERS)[number]
  /** Undefined = plaintext. */
  readonly tls?: tls.ConnectionOptions & { readonly as?: string }
  readonly path?: string
  readonly differs?: string
}

const mesh = { ALPNProtocols: ['istio-http/1.1'], servername: 'x' }

const ROWS: Readonly<Record<string, readonly TlsRow[]>> = {
  'STRICT': [
    { name: 'a client of the mesh', listener: 'strict', tls: { ...mesh, as: 'client' } },
    { name: 'a client of the mesh, TLS 1.2', listener: 'strict', tls: { ...mesh, as: 'client', maxVersion: 'TLSv1.2' } },
    { name: 'no certificate', listener: 'strict', tls: mesh },
    { name: 'an expired certificate', listener: 'strict', tls: { ...mesh, as: 'expired' } },
    { name: 'a certificate of another authority', listener: 'strict', tls: { ...mesh, as: 'foreign' } },
    { name: 'a certificate of another trust domain', listener: 'strict', tls: { ...mesh, as: 'stranger' } },
    { name: 'plaintext', listener: 'strict' },
  ],
  'PERMISSIVE': [
    { name: 'a client of the mesh', listener: 'permissive', tls: { ...mesh, as: 'client' } },
    { name: 'no certificate', listener: 'permissive', tls: mesh },
    { name: 'plaintext', listener: 'permissive' },
    { name: 'TLS of a program, which no chain wants', listener: 'permissive', tls: { ALPNProtocols: ['http/1.1'], servername: 'x' } },
  ],
  'SNI and ALPN': [
    { name: 'a name', listener: 'sni', tls: { servername: 'a.example', ALPNProtocols: ['http/1.1'] } },
    { name: 'a name in capitals', listener: 'sni', tls: { servername: 'A.Example', ALPNProtocols: ['http/1.1'] } },
    { name: 'a name below a wildcard', listener: 'sni', tls: { servername: 'x.wild.example', ALPNProtocols: ['http/1.1'] } },
    { name: 'the name of the wildcard itself', listener: 'sni', tls: { servername: 'wild.example', ALPNProtocols: ['http/1.1'] } },
    { name: 'another name', listener: 'sni', tls: { servername: 'b.example', ALPNProtocols: ['http/1.1'] } },
    { name: 'no name', listener: 'sni', tls: { ALPNProtocols: ['http/1.1'] } },
    { name: 'no ALPN', listener: 'sni', tls: { servername: 'a.example' } },
    { name: 'ALPN that nobody knows', listener: 'sni', tls: { servername: 'a.example', ALPNProtocols: ['x'] } },
    { name: 'TLS 1.2', listener: 'sni', tls: { servername: 'a.example', ALPNProtocols: ['http/1.1'], maxVersion: 'TLSv1.2' } },
    { name: 'TLS 1.1', listener: 'sni', tls: { servername: 'a.example', maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } },
  ],
  'Servers': [
    { name: 'the right server', listener: 'outbound', path: '/right' },
    { name: 'a server with another identity', listener: 'outbound', path: '/wrong' },
    { name: 'a server whose certificate has expired', listener: 'outbound', path: '/expired' },
    { name: 'a server of another authority', listener: 'outbound', path: '/foreign' },
    { name: 'a server that speaks no TLS', listener: 'outbound', path: '/plain' },
  ],
}

describe.skipIf(!useful)('TLS like Envoy', () => {
  const stops: (() => unknown)[] = []
  const sides: { readonly ports: readonly number[]; log(): string }[] = []
  const table = new RowTable('tls', 'TLS', ['case', 'the client saw', 'the log says'])
  let pki: Awaited<ReturnType<typeof credentials>>

  beforeAll(async () => {
    pki = await credentials()
    const echo = createServer((request, response) => response.end(`xfcc ${String(request.headers['x-forwarded-client-cert'] ?? '-').replace(/Hash=[0-9a-f]+/g, 'Hash=*')}`))
    const origin = await listen(echo)
    const servers = Object.fromEntries(await Promise.all([['right', 'server'], ['wrong', 'wrongServer'], ['expired', 'expiredServer'], ['foreign', 'foreignServer']].map(async ([name = '', who = '']) => {
      const { certificateChainPem, privateKeyPem } = pki[who] ?? NOBODY
      const server = tls.createServer({ cert: certificateChainPem, key: privateKeyPem, ca: pki.ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['istio'] }, (socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nsni ${String(socket.servername)} alpn ${String(socket.alpnProtocol)} client ${socket.getPeerCertificate().subjectaltname ?? '-'}`))
      })
      server.on('tlsClientError', () => undefined)
      return [name, await listen(server)] as const
    })))
    const all = { ...servers, plain: origin }
    const folder = mkdtempSync(join(tmpdir(), 'istio-ts-parity-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    const [ours, theirs] = [await freePorts(LISTENERS.length), await freePorts(LISTENERS.length)]
    const proxy = await startOurProxy(listeners(ours, 'log', pki), clusters(origin, all, pki))
    const envoy = await launchEnvoy(envoyBinary() ?? '', folder, listeners(theirs, join(folder, 'access.log'), pki), clusters(origin, all, pki), theirs[0] ?? 0)
    stops.push(() => proxy.stop(), () => envoy.stop())
    sides.push({ ports: ours, log: () => proxy.log() }, { ports: theirs, log: () => envoy.log() })

    async function listen(server: Server | tls.Server): Promise<number> {
      const [port = 0] = await freePorts(1)
      await new Promise<void>((go) => server.listen(port, '127.0.0.1', go))
      stops.push(() => server.close())
      return port
    }
  })
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop()
  })

  const ask = async (side: { readonly ports: readonly number[]; log(): string }, row: TlsRow): Promise<Seen> => {
    const port = side.ports[LISTENERS.indexOf(row.listener)] ?? 0
    const before = side.log().length
    const result = await (row.tls ? overTls(port, row.tls, pki) : plainly(port, row.path ?? '/'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    // The library's words for what it did not like are its own.
    return { result, log: side.log().slice(before).trim().replace(/\{remote_connection_failure\|[^}]*\}/, '{remote_connection_failure|*}').replace(/ rx=.*/, '') }
  }

  describe.each(Object.entries(ROWS))('%s', (chapter, rows) => {
    it.each(rows)('$name', PATIENT, async (row) => {
      const [ours, envoy] = await Promise.all(sides.map((side) => ask(side, row)))
      if (row.differs === undefined) expect(ours).toEqual(envoy)
      else expect(ours).not.toEqual(envoy)
      const tell = (seen: Seen | undefined): string => `${seen?.result ?? ''} | ${seen?.log === '' ? '-' : (seen?.log ?? '').replaceAll('|', '\\|')}`
      table.add(chapter, row, tell(ours), tell(envoy))
    })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes sessions of %s', async (version) => {
    for (const { ports } of sides) expect(await resumed(ports[LISTENERS.indexOf('sni')] ?? 0, version)).toBe(true)
  })

  it('is written down', () => {
    const { seen, expected } = table.compare()
    expect(seen).toBe(expected)
  })
})

const REQUEST = 'GET / HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n'

const status = (text: string): string => (text === '' ? 'nothing' : `${text.split(' ')[1] ?? ''} ${JSON.stringify(text.slice(text.indexOf('\r\n\r\n') + 4).replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, ''))}`)

function plainly(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST.replace('/', path)))
    socket.on('data', (data: Buffer) => (text += data.toString('latin1'))).on('error', () => undefined).on('close', () => resolve(status(text))).setTimeout(2000, () => socket.destroy())
  })
}

function overTls(port: number, { as, ...options }: NonNullable<TlsRow['tls']>, pki: Awaited<ReturnType<typeof credentials>>): Promise<string> {
  return new Promise((resolve) => {
    const identity = as === undefined ? undefined : pki[as]
    let text = ''
    let facts = 'no handshake'
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ca: pki.ca, ...(identity ? { cert: identity.certificateChainPem, key: identity.privateKeyPem } : {}), ...options }, () => {
      facts = `${socket.getProtocol() ?? ''} ${socket.alpnProtocol === false ? 'no ALPN' : String(socket.alpnProtocol)} ${socket.getPeerCertificate().subjectaltname ?? ''}`
      socket.write(REQUEST)
    })
    socket.on('data', (data: Buffer) => (text += data.toString('latin1'))).on('error', () => undefined).setTimeout(2000, () => socket.destroy())
    // With TLS 1.3 a client learns of its refusal only after its side of the handshake: what counts is whether it was answered.
    socket.on('close', () => resolve(text === '' ? 'refused' : `${facts}, ${status(text)}`))
  })
}

async function resumed(port: number, version: 'TLSv1.2' | 'TLSv1.3'): Promise<boolean> {
  const once = (session?: Buffer): Promise<{ readonly session: Buffer | undefined; readonly reused: boolean }> => new Promise((resolve) => {
    let latest: Buffer | undefined
    let reused = false
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, servername: 'a.example', ALPNProtocols: ['http/1.1'], minVersion: version, maxVersion: version, ...(session ? { session } : {}) }, () => {
      reused = socket.isSessionReused()
      socket.write(REQUEST)
    })
    socket.on('session', (made) => (latest = made)).on('data', () => undefined).on('error', () => undefined).on('close', () => resolve({ session: latest, reused }))
  })
  const first = await once()
  return (await once(first.session)).reused
}
