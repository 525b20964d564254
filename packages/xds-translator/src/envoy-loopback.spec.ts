/** The HTTP proxy port of a local mesh, as a real Envoy runs it: absolute form, CONNECT, unknown hosts. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { toJson } from '@istio-ts/api-types/envoy'
import type { EndpointGroup, HttpProxyListener, ProxyView } from '@istio-ts/mesh-model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translationMemo } from './memo.ts'
import { loopbackView, sampleEndpoint } from './testing/sample-view.ts'
import { staticBootstrap, UPSTREAM_EXTENSIONS } from './testing/static-bootstrap.ts'
import { translate } from './translate.ts'

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
const envoy = [process.env['ISTIO_TS_ENVOY'], ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'envoy')), join(cache, 'istio-ts', 'envoy-1.40.0', 'envoy')]
  .find((place) => place !== undefined && place !== '' && existsSync(place))

/** A service process, an Envoy as its caller's sidecar, and how to reach its ports. */
interface Mesh {
  readonly servicePort: number
  readonly proxyPort: number
  stop(): Promise<void>
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** The sample mesh, its ports replaced by free ones and its endpoints by the service, without TLS. */
function viewFor(servicePort: number, [web, db, proxy]: readonly number[], unknownHost: HttpProxyListener['unknownHost']): ProxyView {
  const view = loopbackView(unknownHost)
  const ports = new Map([[40_080, web ?? 0], [40_432, db ?? 0]])
  const { httpProxy, listeners, upstreams } = view.outbound
  if (httpProxy === undefined) throw new Error('the sample has an HTTP proxy port')
  const group = (key: string): EndpointGroup =>
    ({ key, from: [], localities: [{ locality: { region: '', zone: '', subzone: '' }, priority: 0, weight: 1, endpoints: [{ ...sampleEndpoint('127.0.0.1', 'web', 'v1'), address: { kind: 'ip', ip: '127.0.0.1', port: servicePort }, tlsMode: 'disabled' }] }] })
  return {
    ...view,
    proxy: { ...view.proxy, extensions: UPSTREAM_EXTENSIONS },
    inbound: { ...view.inbound, servers: [] },
    outbound: {
      ...view.outbound,
      listeners: listeners.map((listener) => ({ ...listener, port: ports.get(listener.port) ?? listener.port })),
      httpProxy: { ...httpProxy, port: proxy ?? 0, connect: httpProxy.connect.map((target) => ({ ...target, listen: ports.get(target.listen) ?? target.listen })) },
      upstreams: upstreams.map((bundle) => ({ ...bundle, items: bundle.items.map((upstream) => ({ ...upstream, tls: { mode: 'none' } })) })),
      endpoints: [upstreams.map((bundle) => ({ key: bundle.key, items: bundle.items.map((upstream) => group(upstream.endpoints)) }))],
    },
  }
}

async function startMesh(unknownHost: HttpProxyListener['unknownHost']): Promise<Mesh> {
  const service: Server = createServer((received, response) => response.end(`${received.method} ${received.url} of ${received.headers.host}`)).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const servicePort = (service.address() as AddressInfo).port
  const ports = await freePorts(3)
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-envoy-'))
  const file = join(folder, 'bootstrap.json')
  writeFileSync(file, JSON.stringify(toJson('envoy.config.bootstrap.v3.Bootstrap', staticBootstrap(translate(viewFor(servicePort, ports, unknownHost), translationMemo()).bundles))))
  const child: ChildProcess = spawn(envoy ?? '', ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'], { stdio: 'ignore' })
  const proxyPort = ports[2] ?? 0
  await accepts(proxyPort, child)
  return {
    servicePort, proxyPort,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      service.closeAllConnections()
      service.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until the port accepts; an Envoy that ended never will. */
async function accepts(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`envoy ended with ${child.exitCode}`)
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A request in absolute form, as curl sends it through a proxy. */
const absolute = (mesh: Mesh, url: string): Promise<string> => new Promise((resolve, reject) => {
  const sent = request({ host: '127.0.0.1', port: mesh.proxyPort, path: url, headers: { host: new URL(url).host }, timeout: 10_000 }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => resolve(`${response.statusCode} ${body}`))
  })
  sent.on('error', reject).end()
})

/** `CONNECT target`, then a request inside; the Host of the CONNECT differs on purpose. */
const tunnelled = (mesh: Mesh, target: string): Promise<string> => new Promise((resolve, reject) => {
  const sent = request({ host: '127.0.0.1', port: mesh.proxyPort, method: 'CONNECT', path: target, headers: { host: 'elsewhere' }, timeout: 10_000 })
  sent.on('connect', (response, socket) => {
    if (response.statusCode !== 200) return resolve(`${response.statusCode}`)
    let bytes = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => { bytes += chunk }).on('close', () => resolve(bytes.split('\r\n\r\n').at(-1) ?? ''))
    return void socket.write(`GET /inside HTTP/1.1\r\nhost: ${target}\r\nconnection: close\r\n\r\n`)
  })
  sent.on('response', (response) => resolve(`${response.statusCode}`)).on('error', reject).end()
})

describe('the HTTP proxy port, run by a real Envoy', () => {
  if (envoy === undefined) {
    it('is not tested: put Envoy 1.40 on PATH or into the cache', () => expect(process.env['MESH_REQUIRE_ALL'], 'no envoy found').not.toBe('1'))
    return
  }
  const meshes = new Map<string, Mesh>()
  const mesh = (kind: string): Mesh => meshes.get(kind) ?? (() => { throw new Error(`no mesh ${kind}`) })()
  beforeAll(async () => {
    for (const kind of ['allow-any', 'block'] as const) meshes.set(kind, await startMesh(kind))
  }, 60_000)
  afterAll(() => Promise.all([...meshes.values()].map((one) => one.stop())))

  it('routes requests in absolute form by every name of the service', async () => {
    expect(await absolute(mesh('allow-any'), 'http://web/a')).toBe('200 GET /a of web')
    expect(await absolute(mesh('allow-any'), 'http://web.default.svc.cluster.local:80/a')).toMatch(/^200 GET \/a/)
  })

  it('hands CONNECT to the outbound listener of the host and port, HTTP or not, whatever Host says', async () => {
    expect(await tunnelled(mesh('allow-any'), 'web:80')).toBe('GET /inside of web:80')
    expect(await tunnelled(mesh('allow-any'), 'db.default:5432')).toBe('GET /inside of db.default:5432')
  })

  it('takes a port that the host does not have for unknown', async () => {
    expect(await tunnelled(mesh('block'), 'web:81')).toBe('502')
    expect(await absolute(mesh('block'), 'http://web:81/')).toMatch(/^502/)
  })

  it('resolves unknown hosts by DNS, or refuses them', async () => {
    const target = `localhost:${mesh('allow-any').servicePort}`
    expect(await absolute(mesh('allow-any'), `http://${target}/a`)).toBe(`200 GET /a of ${target}`)
    expect(await tunnelled(mesh('allow-any'), target)).toBe(`GET /inside of ${target}`)
    expect(await absolute(mesh('allow-any'), 'http://no-such-host.invalid/')).toMatch(/^503 DNS/)
    expect(await absolute(mesh('block'), `http://${target}/a`)).toMatch(/^502/)
    expect(await tunnelled(mesh('block'), target)).toBe('502')
  })
})
