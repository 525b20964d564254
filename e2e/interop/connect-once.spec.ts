/** A call through CONNECT is one call: counted once and logged once by the caller's sidecar, be it our proxy or a real Envoy. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { curl } from '../local/calls.ts'
import { syncz, workload, type MeshStatus } from '../local/mesh-status.ts'
import { meshFolder, MeshUnderTest } from '../local/mesh-under-test.ts'
import { until } from '../local/run.ts'
import { envoyBinary, havePeers, program } from '../local/peers.ts'

const useful = havePeers('e2e/interop/connect-once', { 'a real Envoy': envoyBinary(), curl: program('curl'), python3: program('python3') })
const CALLS = 5

/** Values of a metric by labels that matter: `response_code`, destination. */
function requests(text: string, reporter: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const line of text.split('\n')) {
    const [, labels = '', value = ''] = /^istio_requests_total\{(.*)\} (\d+)$/.exec(line) ?? []
    if (!labels.includes(`reporter="${reporter}"`)) continue
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '?'
    const key = `${label('destination_service')} ${label('destination_workload')} ${label('response_code')}`
    counts[key] = (counts[key] ?? 0) + Number(value)
  }
  return counts
}

const metrics = async (status: MeshStatus, name: string): Promise<string> => (await fetch(`http://${workload(status, name).proxy.admin}/stats/prometheus`)).text()

describe.skipIf(!useful).each(['istio-ts', 'envoy'])('%s as the sidecar of a caller', (kind) => {
  let mesh: MeshUnderTest
  let status: MeshStatus
  /** The lines of the caller's access log that name this text. */
  const logged = async (text: string): Promise<readonly string[]> => (await mesh.istioctl(['local', 'logs', 'client'])).stdout.split('\n').filter((line) => line.includes(text))
  const loggedOnce = async (text: string, wanted: number): Promise<readonly string[]> => {
    let lines: readonly string[] = []
    await until(async () => (lines = await logged(text)).length >= wanted, 15_000)
    return lines
  }

  beforeAll(async () => {
    mesh = await MeshUnderTest.make({ from: [meshFolder('shop')], values: { CLIENT_PROXY: kind } })
    status = await mesh.upAndSynced()
    const { httpProxy } = workload(status, 'client').proxy
    // By absolute form, which must not disturb the count of the others.
    await until(async () => (await curl('http://hello:8000/', { proxy: httpProxy })).status === 200, 10_000)
    for (let i = 0; i < CALLS; i++) expect((await curl(`http://cart/once-${i}`, { proxy: httpProxy, args: ['--proxytunnel'] })).status).toBe(200)
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  it('counts each call through CONNECT once, by the name of what was called', async () => {
    const cart = 'cart.default.svc.cluster.local'
    expect(requests(await metrics(status, 'cart-v1'), 'destination')).toEqual({ [`${cart} cart-v1 200`]: CALLS })
    if (kind === 'istio-ts') {
      await until(async () => requests(await metrics(status, 'client'), 'source')[`${cart} cart-v1 200`] === CALLS, 5000)
      const counted = requests(await metrics(status, 'client'), 'source')
      expect(Object.keys(counted).filter((key) => !key.startsWith('hello.'))).toEqual([`${cart} cart-v1 200`])
    } else {
      // An upstream Envoy has no istio.stats; its own count says the same.
      expect(await metrics(status, 'client')).toMatch(new RegExp(`envoy_cluster_upstream_rq_total\\{cluster_name="outbound\\|80\\|v1\\|cart\\.default\\.svc\\.cluster\\.local"\\} ${CALLS}\\n`))
    }
  })

  it('takes the configuration that says so', async () => {
    const dump = await (await fetch(`http://${workload(status, 'client').proxy.admin}/config_dump`)).text()
    expect(dump).toMatch(/"istio\.stats":\s*\{\s*"@type":\s*"type\.googleapis\.com\/envoy\.config\.route\.v3\.FilterConfig",\s*"disabled":\s*true/)
    const [row] = (await syncz(status)).filter(({ proxy }) => proxy.startsWith('client.'))
    expect(row?.errors).toEqual({})
  })

  it('logs each call through CONNECT in one line, that of the call', async () => {
    await loggedOnce('/once-', CALLS)
    const lines = await logged('"')
    expect(lines.filter((line) => line.includes('/once-')).map((line) => /"(\w+ \S+) HTTP/.exec(line)?.[1])).toEqual(Array.from({ length: CALLS }, (_, i) => `GET /once-${i}`))
    expect(lines.filter((line) => line.includes('"CONNECT'))).toEqual([])
  })

  it('logs a CONNECT that fails, or that leaves the mesh', async () => {
    const { httpProxy } = workload(status, 'client').proxy
    await expect(curl('http://nowhere.invalid/', { proxy: httpProxy, args: ['--proxytunnel'] })).rejects.toThrow()
    expect((await loggedOnce('nowhere.invalid', 1))[0]).toMatch(/"CONNECT .* 503 DF/)
    // What the client claims about it does not hide it.
    const stranger = createServer((_request, response) => response.end('outside')).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const answer = await curl(`http://localhost:${port}/`, { proxy: httpProxy, args: ['--proxytunnel', '--proxy-header', 'x-istio-ts-handed-on: true'] })
    expect(answer.body).toBe('outside')
    stranger.closeAllConnections()
    stranger.close()
    expect((await loggedOnce(`"localhost:${port}"`, 1))[0]).toMatch(/"CONNECT .* 200 /)
  })

  it('counts a TCP connection through CONNECT as a connection, and not as a request', async () => {
    expect(await lineByConnect(workload(status, 'client').proxy.httpProxy, 'stock:7000', 'hello')).toContain('hello')
    const stock = 'stock.default.svc.cluster.local'
    const opened = kind === 'istio-ts' ? new RegExp(`istio_tcp_connections_opened_total\\{[^}]*destination_service="${stock}"[^}]*\\} 1\\n`) : new RegExp(`envoy_cluster_upstream_cx_total\\{cluster_name="outbound\\|7000\\|\\|${stock}"\\} 1\\n`)
    await until(async () => opened.test(await metrics(status, 'client')), 5000)
    expect(Object.keys(requests(await metrics(status, 'client'), 'source')).filter((key) => /stock|^unknown/.test(key))).toEqual([])
    await loggedOnce('outbound|7000||stock', 1)
    expect(await logged('"stock:7000"')).toEqual([])
  })
})

/** Opens a tunnel, sends a line and gives what comes back. */
function lineByConnect(proxy: string, target: string, line: string): Promise<string> {
  const [host = '', port = ''] = proxy.split(':')
  return new Promise((resolve, reject) => {
    const sent = request({ host, port: Number(port), method: 'CONNECT', path: target, headers: { host: target }, timeout: 5000 })
    sent.on('connect', (response, socket) => {
      if (response.statusCode !== 200) return reject(new Error(`${target} answers ${response.statusCode}`))
      socket.once('data', (data: Buffer) => {
        resolve(data.toString())
        socket.end()
      })
      socket.write(line)
    })
    sent.on('error', reject).end()
  })
}
