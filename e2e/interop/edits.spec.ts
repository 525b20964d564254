/** Rules are edited again and again while calls run: weights, policies of clusters, subsets that come and go. No call fails (make before break). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outbound, workload, type MeshStatus } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { otherVersion } from '../local/shop.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

const useful = havePeers('e2e/interop/edits', { 'a real Envoy': envoyBinary(), python3: program('python3') })
const EDITS = 16

/** The rules of cart after `n` edits. */
function edited(rules: string, n: number): string {
  let text = rules
  if (n % 2 === 1) text = otherVersion(text)
  if (n % 3 > 0) text = text.replace('  host: cart\n', `  host: cart\n  trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: ${100 + n}}}}\n`)
  if (n % 5 === 4) text = text.replaceAll('subset: v2', 'subset: v3').replace('{name: v2, labels: {version: v2}}', '{name: v3, labels: {version: v2}}')
  return text
}

describe.skipIf(!useful).each(['envoy', 'istio-ts'])('with %s on both sides', (kind) => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: kind, SERVER_PROXY: kind } })
    status = await mesh.upAndSynced()
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('no call fails while rules are edited, and the last edit is in force', async () => {
    const url = `http://${outbound(status, 'client', 'cart.default.svc.cluster.local', 80)}/`
    await until(async () => (await fetch(url)).status === 200, 10_000)
    const rules = mesh.read('cart.yaml')
    const failed: string[] = []
    let calls = 0
    let running = true
    const calling = (async () => {
      while (running) {
        const said = await fetch(url).then(async (answer) => (answer.status === 200 ? void (await answer.text()) : `${answer.status} ${await answer.text()}`), (error: unknown) => String(error))
        calls++
        if (said !== undefined) failed.push(said)
      }
    })()
    for (let n = 1; n <= EDITS; n++) {
      await mesh.write('cart.yaml', edited(rules, n))
      // Edits come at every moment of the one before; what is waited for is time itself.
      await new Promise((resolve) => setTimeout(resolve, 60 + ((n * 97) % 300)))
    }
    await mesh.write('cart.yaml', edited(rules, 1))
    await until(async () => (JSON.parse(await (await fetch(url)).text()) as { version: string }).version === 'v2', 10_000)
    running = false
    await calling
    expect(failed).toEqual([])
    expect(calls).toBeGreaterThan(EDITS)
    const now = await mesh.statusWhen(({ workloads }) => workloads.every(({ proxy }) => proxy.synced), 'all is synced')
    expect(now.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(workload(now, 'client').proxy.restarts).toBe(0)
  })
})
