/** The JSON of `up` and `status`, and what istioctl says of a running mesh: people's scripts depend on it (LOCAL.md, Life cycle). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { accepts } from '../../packages/testkit/src/loopback/ports.ts'
import { workload, type MeshStatus } from './mesh-status.ts'
import { meshFolder, MeshUnderTest } from './mesh-under-test.ts'
import { havePeers, program } from './peers.ts'

const ADDRESS = /^127\.0\.0\.1:\d+$/

describe.skipIf(!havePeers('e2e/local/shape', { curl: program('curl'), python3: program('python3') }))('a mesh of the shop', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')] })
    await mesh.up()
    status = await mesh.statusWhen(({ workloads }) => workloads.every(({ proxy }) => proxy.synced), 'all proxies are synced')
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('is ready with all its processes, but does not wait for the one that somebody else starts', () => {
    expect(status.name).toBe('shop')
    expect(status.ready).toBe(true)
    expect(status.istiod).toEqual({ pid: expect.any(Number), ready: true, restarts: 0, admin: expect.stringMatching(ADDRESS), xds: expect.stringMatching(ADDRESS) })
    expect(status.workloads.map(({ name, ready }) => [name, ready])).toEqual([['client', true], ['cart-v1', true], ['cart-v2', true], ['stock', true], ['greeter', true], ['hello', true], ['outsider', false]])
    expect(workload(status, 'outsider').pid).toBeNull()
    expect(workload(status, 'outsider').proxy.ready).toBe(true)
  })

  it('gives a workload in the form of the contract', () => {
    expect(workload(status, 'cart-v1')).toEqual({
      name: 'cart-v1', namespace: 'default', service: 'cart', pid: expect.any(Number), ready: true, restarts: 0, principal: 'spiffe://cluster.local/ns/default/sa/cart',
      proxy: {
        kind: 'istio-ts', pid: expect.any(Number), ready: true, restarts: 0, admin: expect.stringMatching(ADDRESS), synced: true, httpProxy: expect.stringMatching(ADDRESS),
        inbound: [{ port: mesh.port('cart-v1'), listen: expect.stringMatching(ADDRESS) }],
        outbound: [['cart', 80], ['client', 80], ['greeter', 50051], ['hello', 8000], ['outsider', 80], ['stock', 7000]].map(([service, port]) => ({ host: `${service}.default.svc.cluster.local`, port, listen: expect.stringMatching(ADDRESS) })),
      },
    })
  })

  it('gives the gateway with its port', () => {
    expect(status.gateways).toEqual([{ name: 'ingress', namespace: 'istio-system', pid: expect.any(Number), ready: true, restarts: 0, admin: expect.stringMatching(ADDRESS), ports: [{ port: 80, listen: `127.0.0.1:${mesh.port('ingress')}` }] }])
  })

  it('runs istiod, each proxy and each program as a process of its own, with ports of their own', () => {
    const pids = [status.istiod.pid, ...status.workloads.flatMap(({ pid, proxy }) => [pid, proxy.pid]), ...status.gateways.map(({ pid }) => pid)].filter((pid) => pid !== null)
    expect(new Set(pids).size).toBe(pids.length)
    const addresses = [status.istiod.admin, status.istiod.xds, ...status.workloads.flatMap(({ proxy }) => [proxy.admin, proxy.httpProxy, ...proxy.inbound.map(({ listen }) => listen), ...proxy.outbound.map(({ listen }) => listen)])]
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  it('says the same in `status` and in a second `up`, which exits with 0', async () => {
    expect(await mesh.status()).toEqual(status)
    expect(await mesh.up()).toEqual(status)
  })

  it('finds the only running mesh from any folder', async () => {
    const { code, stdout } = await mesh.istioctl(['local', 'status', '-o', 'json'], { cwd: '/' })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'shop', ready: true })
  })

  it('shows routes of a workload to a second process', async () => {
    const { code, stdout } = await mesh.istioctl(['proxy-config', 'routes', 'client', '-o', 'json'])
    expect(code).toBe(0)
    const tables: unknown = JSON.parse(stdout)
    expect(tables).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'http_proxy' }), expect.objectContaining({ name: 'cart.default.svc.cluster.local:80' })]))
    const table = await mesh.istioctl(['proxy-config', 'routes', 'client.default'], { cwd: '/' })
    expect(table.stdout).toMatch(/cart\.default\.svc\.cluster\.local:80 .* cart\.default/)
  })

  it('shows every proxy as synced', async () => {
    const { code, stdout } = await mesh.istioctl(['proxy-status'])
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').slice(1).map((line) => line.split(/\s+/)[0]).sort()).toEqual(['cart-v1.default', 'cart-v2.default', 'client.default', 'greeter.default', 'hello.default', 'ingress.istio-system', 'outsider.default', 'stock.default'])
  })

  it('shows a log of one workload', async () => {
    const { code, stdout } = await mesh.istioctl(['local', 'logs', 'cart-v1'])
    expect(code).toBe(0)
    expect(stdout).toContain('workload certificate obtained')
  })

  it('keeps keys and tokens to their owner', () => {
    const folder = mesh.stateFolder ?? ''
    expect(statSync(join(folder, 'ca/ca-key.pem')).mode & 0o777).toBe(0o600)
    const tokens = readdirSync(join(folder, 'run')).filter((name) => name.endsWith('.token'))
    expect(tokens.length).toBe(8)
    for (const token of tokens) expect(statSync(join(folder, 'run', token)).mode & 0o777).toBe(0o600)
  })

  it('serves metrics of each sidecar on its planned port, and admin on its own', async () => {
    const { admin } = workload(status, 'client').proxy
    const dump: unknown = await (await fetch(`http://${admin}/config_dump`)).json()
    expect(dump).toHaveProperty('configs')
    expect((await fetch(`http://${admin}/ready`)).status).toBe(200)
  })

  it('leaves nothing when it is down: no process, no port, no run files', async () => {
    const listening = [mesh.port('ingress'), mesh.port('cart-v1'), ...status.workloads.flatMap(({ proxy }) => [proxy.admin, proxy.httpProxy, ...proxy.inbound.map(({ listen }) => listen)].map((address) => Number(address.split(':')[1])))]
    expect(await Promise.all(listening.map(accepts))).toEqual(listening.map(() => true))
    expect((await mesh.down()).code).toBe(0)
    expect(mesh.processes()).toEqual([])
    expect(await Promise.all(listening.map(accepts))).toEqual(listening.map(() => false))
    const run = join(mesh.stateFolder ?? '', 'run')
    expect(existsSync(run) ? readdirSync(run) : []).toEqual([])
    const after = await mesh.istioctl(['local', 'status', '-o', 'json'])
    expect(after.stdout === '' || !(JSON.parse(after.stdout) as MeshStatus).ready).toBe(true)
  })

  it('comes up again on the same ports', async () => {
    const again = await mesh.up()
    expect(again.workloads.map(({ proxy }) => proxy.inbound)).toEqual(status.workloads.map(({ proxy }) => proxy.inbound))
    expect(again.istiod.xds).toBe(status.istiod.xds)
  })
})
