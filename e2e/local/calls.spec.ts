/** Programs of every kind call through the mesh without knowing it (LOCAL.md, How a process calls others). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { curl, echoed, greeter, tcpLine, versions } from './calls.ts'
import { outbound, workload, type MeshStatus } from './mesh-status.ts'
import { meshFolder, MeshUnderTest } from './mesh-under-test.ts'
import { run, until } from './run.ts'
import { otherVersion } from './shop.ts'
import { havePeers, program } from './peers.ts'

const PROGRAMS = join(import.meta.dirname, 'programs')

describe.skipIf(!havePeers('e2e/local/calls', { curl: program('curl'), python3: program('python3') }))('a program in the mesh', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  let proxy: string
  let env: Record<string, string>
  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], env: { HTTPS_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' } })
    status = await mesh.up()
    proxy = workload(status, 'client').proxy.httpProxy
    env = (JSON.parse((await curl(`http://127.0.0.1:${mesh.port('client')}/env`)).body) as { env: Record<string, string> }).env
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('has the variables of the contract and none that it should not have', () => {
    expect(env).toMatchObject({
      HTTP_PROXY: `http://${proxy}`, http_proxy: `http://${proxy}`, NODE_USE_ENV_PROXY: '1', NO_PROXY: 'localhost,127.0.0.1,::1', no_proxy: 'localhost,127.0.0.1,::1', PORT: String(mesh.port('client')),
      CART_SERVICE_HOST: '127.0.0.1', CART_SERVICE_PORT_HTTP: env['CART_SERVICE_PORT'], CART_DEFAULT_SERVICE_PORT: env['CART_SERVICE_PORT'], STOCK_SERVICE_HOST: '127.0.0.1',
    })
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) expect(env).not.toHaveProperty(name)
  })

  it.each([
    ['curl', async (url: string) => {
      const { stdout } = await run('curl', ['-sS', '-m', '10', '-w', '\n%{http_code}', url], { env })
      const cut = stdout.lastIndexOf('\n')
      return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) }
    }],
    ['Python urllib', (url: string) => runJson('python3', [join(PROGRAMS, 'urllib_get.py'), url])],
    ['Node fetch (CONNECT)', (url: string) => runJson('node', [join(PROGRAMS, 'fetch.mjs'), url])],
    ['Node http', (url: string) => runJson('node', [join(PROGRAMS, 'http.mjs'), url])],
  ] as const)('calls by %s: routed, over mutual TLS, as itself', async (_, get) => {
    const answer = await get('http://cart/some/path?q=1')
    expect(answer.status).toBe(200)
    const echo = echoed(answer)
    expect(echo).toMatchObject({ service: 'cart', version: 'v1', path: '/some/path?q=1', headers: { host: 'cart' } })
    expect(echo.headers['x-forwarded-client-cert']).toContain('URI=spiffe://cluster.local/ns/default/sa/client')
    expect((await get('http://cart.default.svc.cluster.local:80/abort')).status).toBe(418)
  })

  const runJson = async (name: string, args: readonly string[]): Promise<{ status: number; body: string }> => {
    const { code, stdout, stderr } = await run(name, args, { env })
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as { status: number; body: string }
  }

  it('calls gRPC by grpc-js through CONNECT, and through the listener of the service', async () => {
    expect(await runJson('node', [join(PROGRAMS, 'grpc-hello.mjs'), 'greeter:50051'])).toEqual({ status: 0, body: 'hello grpc-js from v1' })
    const client = greeter(outbound(status, 'client', 'greeter.default.svc.cluster.local', 50051))
    try {
      expect(await client.count()).toEqual(['1', '2', '3'])
      expect((await client.fail()).details).toBe('not today')
    } finally {
      client.close()
    }
  })

  it('calls plain TCP by the service variables', async () => {
    expect(await tcpLine(`${env['STOCK_SERVICE_HOST']}:${env['STOCK_SERVICE_PORT']}`, 'hello\n')).toBe('echo hello\n')
    expect(`127.0.0.1:${env['STOCK_SERVICE_PORT_TCP']}`).toBe(outbound(status, 'client', 'stock.default.svc.cluster.local', 7000))
  })

  it('calls HTTP by the service variables too, whatever Host it says', async () => {
    expect(echoed(await curl(`http://${outbound(status, 'client', 'cart.default.svc.cluster.local', 80)}/x`, { headers: { host: 'whatever.example' } }))).toMatchObject({ service: 'cart', headers: { host: 'whatever.example' } })
  })

  it('is the client in Python as well', async () => {
    const answer = JSON.parse((await curl('http://hello:8000/?url=http://cart/from-python', { proxy })).body) as { status: number; answer: { headers: Record<string, string> } }
    expect(answer.status).toBe(200)
    expect(answer.answer.headers['x-forwarded-client-cert']).toContain('/sa/hello')
  })

  it('gets rewrites, redirects, header rules, faults and denials as the files say', async () => {
    expect(echoed(await curl('http://cart/old/1', { proxy }))).toMatchObject({ path: '/new/1', headers: { 'x-envoy-original-path': '/old/1' } })
    expect(await curl('http://cart/moved', { proxy })).toMatchObject({ status: 302, headers: { location: 'http://cart/here' } })
    const tagged = await curl('http://cart/', { proxy, headers: { 'x-version': 'v2' } })
    expect(tagged.headers['x-route']).toBe('tagged')
    expect(echoed(tagged)).toMatchObject({ version: 'v2', headers: { 'x-tag': 'by-rule' } })
    expect(await curl('http://cart/abort', { proxy })).toMatchObject({ status: 418, body: 'fault filter abort' })
    expect(await curl('http://cart/', { proxy, method: 'DELETE' })).toMatchObject({ status: 403, body: 'RBAC: access denied' })
    expect((await curl('http://cart/', { proxy: workload(status, 'hello').proxy.httpProxy, method: 'DELETE' })).status).toBe(200)
  })

  it('sends bodies both ways, small and large', async () => {
    expect(echoed(await curl('http://cart/', { proxy, data: 'x'.repeat(10) })).body).toBe('xxxxxxxxxx')
    const large = 'y'.repeat(100_000)
    expect(echoed(await curl('http://cart/', { proxy, data: large })).body).toBe(large)
  })

  it('gets 503 for a name that does not resolve and for a port that the host does not have', async () => {
    expect((await curl('http://nowhere.invalid/', { proxy })).status).toBe(503)
    expect((await curl('http://cart:99/', { proxy })).status).toBe(503)
  })

  it('is reached from outside through the gateway', async () => {
    expect(echoed(await curl(`http://127.0.0.1:${mesh.port('ingress')}/in`))).toMatchObject({ service: 'cart', path: '/in' })
  })

  it('cannot be reached without mutual TLS on its sidecar', async () => {
    await expect(curl(`http://${workload(status, 'cart-v1').proxy.inbound[0]?.listen}/`)).rejects.toThrow(/curl/)
  })

  it('reaches a service as soon as somebody has started it, and no more when it has ended', async () => {
    expect((await curl('http://outsider/', { proxy })).status).toBe(503)
    const server: Server = createServer((_, response) => response.end('{"service":"outsider"}'))
    await new Promise<void>((resolve) => void server.listen(mesh.port('outsider'), '127.0.0.1', resolve))
    try {
      await until(async () => (await curl('http://outsider/', { proxy })).status === 200, 10_000)
      expect(workload(await mesh.status(), 'outsider')).toMatchObject({ pid: null, ready: true })
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    }
    await until(async () => (await curl('http://outsider/', { proxy })).status === 503, 10_000)
  })

  it('follows an edited weight within a second', async () => {
    const before = mesh.read('cart.yaml')
    expect(await versions(10, () => curl('http://cart/', { proxy }))).toEqual({ v1: 10 })
    const took: number[] = []
    const edits = [['v2', otherVersion(before)], ['v1', before]] as const
    for (const [version, text] of [...edits, ...edits]) {
      await mesh.write('cart.yaml', text)
      took.push(await until(async () => echoed(await curl('http://cart/', { proxy })).version === version, 10_000))
      expect(await versions(10, () => curl('http://cart/', { proxy }))).toEqual({ [version]: 10 })
    }
    console.info(`an edited weight moved traffic after ${took.map((ms) => `${Math.round(ms)} ms`).join(', ')}`)
    // The median: one of them may meet a busy machine.
    expect(took.sort((a, b) => a - b)[1]).toBeLessThan(1000)
  })

  it('splits by weight', async () => {
    const before = mesh.read('cart.yaml')
    await mesh.write('cart.yaml', before.replace('weight: 100', 'weight: 50').replace('weight: 0', 'weight: 50'))
    await until(async () => echoed(await curl('http://cart/', { proxy })).version === 'v2', 10_000)
    const seen = await versions(60, () => curl('http://cart/', { proxy }))
    // 60 fair draws are outside 12..48 once in a million runs.
    expect(seen['v1']).toBeGreaterThanOrEqual(12)
    expect(seen['v1']).toBeLessThanOrEqual(48)
    await mesh.write('cart.yaml', before)
  })
})
