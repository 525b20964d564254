/** Certificates that live for seconds: sidecars of both kinds renew them again and again, and no call and no connection notices. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Socket } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { outbound, workload, type MeshStatus } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { greeter } from '../local/calls.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

const useful = havePeers('e2e/interop/rotation', { 'a real Envoy': envoyBinary(), python3: program('python3') })
/** Renewed half-way: every three seconds, with three seconds to spare on a busy machine. */
const LIFETIME = '6s'
const ROTATIONS = 3
const ONE_CALL = '{connectionPool: {http: {maxRequestsPerConnection: 1}}}'

/** `client` and `hello` have our proxy, `cart-v1` and `stock` a real Envoy. */
describe.skipIf(!useful)('certificates that live for seconds', () => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  const serials = new Map<string, Set<string>>()
  const seen = (name: string, serial: string | undefined): void => void (serial !== undefined && serial !== '' && serials.set(name, (serials.get(name) ?? new Set()).add(serial)))
  const answers: Record<'to Envoy' | 'from Envoy', { status: number; error?: string }[]> = { 'to Envoy': [], 'from Envoy': [] }
  /** Certificates that cart saw of its caller. */
  const callers = new Set<string>()
  const lines: string[] = []
  const counts: (readonly string[])[] = []
  let [closed, broken] = [false, false]
  let answered = 0

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { SERVER_PROXY: 'envoy' }, env: { DEFAULT_WORKLOAD_CERT_TTL: LIFETIME } })
    // Each call is a handshake, with the certificates of the moment.
    await mesh.write('cart.yaml', mesh.read('cart.yaml').replace('  host: cart\n', `  host: cart\n  trafficPolicy: ${ONE_CALL}\n`))
    await mesh.write('hello.yaml', `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: hello, namespace: default}\nspec: {host: hello, trafficPolicy: ${ONE_CALL}}\n`)
    status = await mesh.upAndSynced()
    const targets = { 'to Envoy': `http://${outbound(status, 'client', 'cart.default.svc.cluster.local', 80)}/`, 'from Envoy': `http://${outbound(status, 'cart-v1', 'hello.default.svc.cluster.local', 8000)}/` } as const
    for (const url of Object.values(targets)) await until(async () => (await fetch(url)).status === 200, 10_000)
    const socket = await open(outbound(status, 'client', 'stock.default.svc.cluster.local', 7000))
    socket.on('data', (data) => void lines.push(data.toString()))
    socket.on('close', () => (closed = true))
    const grpc = greeter(outbound(status, 'client', 'greeter.default.svc.cluster.local', 50051))
    let running = true
    const calling = (async () => {
      for (let i = 0; running; i++) {
        for (const way of ['to Envoy', 'from Envoy'] as const) answers[way].push(await fetch(targets[way]).then(async (got) => {
          const [, hash] = /Hash=([0-9a-f]+)/.exec(await got.text()) ?? []
          if (hash !== undefined) callers.add(hash)
          return { status: got.status }
        }, (error: unknown) => ({ status: 0, error: String(error) })))
        socket.write(`line ${i}`)
        if (i % 10 === 0) counts.push(await grpc.count().catch((error: unknown) => [String(error)]))
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    try {
      await until(async () => {
        for (const name of ['client', 'cart-v1']) seen(name, await serialInUse(mesh, name))
        return ['client', 'cart-v1'].every((name) => (serials.get(name)?.size ?? 0) > ROTATIONS)
      }, 20_000)
    } finally {
      running = false
      await calling
      await new Promise((resolve) => setTimeout(resolve, 100))
      ;[broken, answered] = [closed, lines.length]
      socket.destroy()
      grpc.close()
    }
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('change several times, as `proxy-config secret` shows', () => {
    for (const name of ['client', 'cart-v1']) expect(serials.get(name)?.size).toBeGreaterThan(ROTATIONS)
  })

  it('are those that peers see', () => {
    expect(callers.size).toBeGreaterThan(ROTATIONS)
  })

  it('live as long as they should, and are renewed half-way, not all the time', async () => {
    const { stdout } = await mesh.istioctl(['local', 'logs', 'client'])
    const obtained = stdout.split('\n').flatMap((line) => (line.includes('workload certificate obtained') ? [Date.parse(/\d{4}-\S+Z/.exec(line)?.[0] ?? '')] : []))
    const pauses = obtained.slice(1).map((at, i) => at - (obtained[i] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThan(1000)
    const root = readFileSync(join(mesh.stateFolder ?? '', 'root-cert.pem'), 'utf8')
    expect(new X509Certificate(root).ca).toBe(true)
  })

  it('break no call', () => {
    for (const list of Object.values(answers)) {
      expect(list.filter((answer) => answer.status !== 200)).toEqual([])
      expect(list.length).toBeGreaterThan(50)
    }
    expect(counts.filter((count) => count.join() !== '1,2,3')).toEqual([])
  })

  it('break no connection: one that was opened with the first certificate is still the same', () => {
    expect(answered).toBeGreaterThan(20)
    expect(broken).toBe(false)
  })

  it('are refused by nobody', async () => {
    const now = await mesh.status()
    expect(now.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(now.workloads.map(({ proxy }) => proxy.restarts)).toEqual(now.workloads.map(() => 0))
    expect(workload(now, 'client').proxy.ready).toBe(true)
  })
})

/** The serial number of a workload's own certificate, as `proxy-config secret` shows it. */
async function serialInUse(mesh: MeshUnderTest, name: string): Promise<string | undefined> {
  const { stdout } = await mesh.istioctl(['proxy-config', 'secret', name])
  return stdout.split('\n').find((line) => line.startsWith('default '))?.split(/\s{2,}/)[4]
}

function open(address: string): Promise<Socket> {
  const [host = '', port = ''] = address.split(':')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () => resolve(socket))
    socket.once('error', reject)
  })
}
