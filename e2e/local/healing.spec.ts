/** Any process may be killed: the others go on, status tells, and it heals (LOCAL.md, Life cycle). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { curl, echoed } from './calls.ts'
import { isSynced, workload, type MeshStatus } from './mesh-status.ts'
import { meshFolder, MeshUnderTest } from './mesh-under-test.ts'
import { until } from './run.ts'
import { otherVersion } from './shop.ts'
import { havePeers, program } from './peers.ts'

describe.skipIf(!havePeers('e2e/local/healing', { curl: program('curl'), python3: program('python3') }))('a mesh whose processes are killed', () => {
  let mesh: MeshUnderTest
  let before: MeshStatus
  const proxy = (): string => workload(before, 'client').proxy.httpProxy
  const answers = async (url: string): Promise<boolean> => (await curl(url, { proxy: proxy() })).status === 200

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')] })
    await mesh.up()
  })
  beforeEach(async () => {
    before = await mesh.statusWhen(isSynced, 'all is ready')
    await until(async () => (await answers('http://cart/')) && (await answers('http://hello:8000/')), 10_000)
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('starts a killed program again; nobody else is disturbed', async () => {
    const old = workload(before, 'cart-v1')
    process.kill(old.pid ?? 0, 'SIGKILL')
    expect(await answers('http://hello:8000/')).toBe(true)
    const told = await mesh.statusWhen((status) => workload(status, 'cart-v1').pid !== old.pid, 'cart-v1 has not its old process')
    expect(workload(told, 'cart-v1').pid === null ? workload(told, 'cart-v1').ready : false).toBe(false)
    const healed = await mesh.statusWhen((status) => status.ready && workload(status, 'cart-v1').restarts === old.restarts + 1, 'cart-v1 is back')
    expect(workload(healed, 'cart-v1').pid).not.toBe(old.pid)
    expect(workload(healed, 'cart-v1').proxy.pid).toBe(old.proxy.pid)
    expect(others(healed, 'cart-v1')).toEqual(others(before, 'cart-v1'))
    await until(() => answers('http://cart/'), 5000)
  })

  it('starts a killed proxy again on its ports', async () => {
    const old = workload(before, 'cart-v1')
    process.kill(old.proxy.pid ?? 0, 'SIGKILL')
    expect(await answers('http://hello:8000/')).toBe(true)
    const told = await mesh.statusWhen((status) => workload(status, 'cart-v1').proxy.pid !== old.proxy.pid, 'the proxy has not its old process')
    expect(told.ready && workload(told, 'cart-v1').proxy.restarts === old.proxy.restarts).toBe(false)
    const healed = await mesh.statusWhen((status) => status.ready && workload(status, 'cart-v1').proxy.restarts === old.proxy.restarts + 1, 'the proxy is back')
    expect(workload(healed, 'cart-v1')).toMatchObject({ pid: old.pid, proxy: { inbound: old.proxy.inbound, outbound: old.proxy.outbound, httpProxy: old.proxy.httpProxy } })
    await until(() => answers('http://cart/'), 5000)
  })

  it('goes on without istiod, and follows the files again when it is back', async () => {
    process.kill(before.istiod.pid ?? 0, 'SIGKILL')
    expect(await answers('http://cart/')).toBe(true)
    const told = await mesh.statusWhen(({ istiod }) => istiod.pid !== before.istiod.pid, 'istiod has not its old process')
    expect(told.istiod.ready && told.istiod.restarts === before.istiod.restarts).toBe(false)
    expect(await answers('http://hello:8000/')).toBe(true)
    const healed = await mesh.statusWhen(({ ready, istiod, workloads }) => ready && istiod.restarts === before.istiod.restarts + 1 && workloads.every((one) => one.proxy.synced), 'istiod is back and all are synced')
    expect(healed.workloads.map(({ pid, proxy: { pid: sidecar } }) => [pid, sidecar])).toEqual(before.workloads.map(({ pid, proxy: { pid: sidecar } }) => [pid, sidecar]))
    const text = mesh.read('cart.yaml')
    await mesh.write('cart.yaml', otherVersion(text))
    await until(async () => echoed(await curl('http://cart/', { proxy: proxy() })).version === 'v2', 10_000)
    await mesh.write('cart.yaml', text)
    await until(async () => echoed(await curl('http://cart/', { proxy: proxy() })).version === 'v1', 10_000)
  })

  it('goes on without its supervisor; status says so, and `up` brings it back without restarting anything', async () => {
    process.kill(mesh.supervisorPid, 'SIGKILL')
    const told = await mesh.statusWhen(({ problems }) => problems.some(({ code }) => code === 'MESH0823'), 'the supervisor is gone')
    expect(await answers('http://cart/')).toBe(true)
    expect(processes(told)).toEqual(processes(before))
    // Nobody restarts what dies now.
    process.kill(workload(before, 'hello').pid ?? 0, 'SIGKILL')
    await mesh.statusWhen((status) => workload(status, 'hello').pid === null, 'hello is dead')
    const healed = await mesh.up()
    expect(healed.ready).toBe(true)
    expect(healed.problems.map(({ code }) => code)).not.toContain('MESH0823')
    expect(others(healed, 'hello')).toEqual(others(before, 'hello'))
    expect(workload(healed, 'hello').pid).not.toBe(workload(before, 'hello').pid)
  })

  it('is brought down completely even without its supervisor', async () => {
    process.kill(mesh.supervisorPid, 'SIGKILL')
    expect((await mesh.down()).code).toBe(0)
    expect(mesh.processes()).toEqual([])
    await mesh.up()
  })

  it('starts a killed gateway again', async () => {
    const [old] = before.gateways
    process.kill(old?.pid ?? 0, 'SIGKILL')
    expect(await answers('http://cart/')).toBe(true)
    await mesh.statusWhen((status) => status.ready && status.gateways[0]?.restarts === (old?.restarts ?? 0) + 1, 'the gateway is back')
    expect((await curl(`http://127.0.0.1:${mesh.port('ingress')}/`)).status).toBe(200)
  })
})

const processes = (status: MeshStatus): unknown => [status.istiod.pid, status.workloads.map(({ name, pid, proxy }) => [name, pid, proxy.pid]), status.gateways.map(({ pid }) => pid)]
const others = (status: MeshStatus, name: string): unknown => [status.istiod.pid, status.workloads.filter((one) => one.name !== name).map((one) => [one.name, one.pid, one.proxy.pid])]
