/** The real process: pages, readiness, traffic, an orderly end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const freePort = async (): Promise<number> => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const get = (port: number, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, headers, method, agent: false, timeout: 5000 }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', reject)
    request.end()
  })

const until = async (what: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    if (await what().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  throw new Error('it did not happen in time')
}

it('serves traffic and pages from static resources, and ends on SIGTERM', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-proxy-'))
  const origin = http.createServer((request, response) => response.end(`at ${request.url ?? ''}`)).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const address = origin.address()
  const [admin, stats, prometheus, ready, traffic] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()]
  const endpoint = { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: typeof address === 'object' && address ? address.port : 0 } } } }
  const router = { name: 'router', typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } }
  const metrics = { name: 'istio.stats', typedConfig: { '@type': 'type.googleapis.com/stats.PluginConfig' } }
  const manager = { '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', statPrefix: 'x', httpFilters: [metrics, router], routeConfig: { name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'c' } }] }] } }
  writeFileSync(join(folder, 'bootstrap.json'), JSON.stringify({
    node: { id: 'sidecar~127.0.0.1~a.default~x', metadata: { NAMESPACE: 'default', LABELS: { app: 'a' } } },
    adminPort: admin, statsPort: stats, prometheusPort: prometheus, readyPort: ready,
    staticResources: {
      clusters: [{ name: 'c', type: 'STATIC', loadAssignment: { clusterName: 'c', endpoints: [{ lbEndpoints: [endpoint] }] } }],
      listeners: [{ name: 'l', address: { socketAddress: { address: '127.0.0.1', portValue: traffic } }, trafficDirection: 'OUTBOUND', filterChains: [{ filters: [{ name: 'hcm', typedConfig: manager }] }] }],
    },
  }))
  const child = spawn(process.execPath, ['--conditions=@istio-ts/source', '--no-warnings', join(import.meta.dirname, 'main.ts'), '--config', join(folder, 'bootstrap.json')], { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    await until(async () => (await get(admin, '/ready')).status === 200)
    expect(await get(traffic, '/x')).toEqual({ status: 200, body: 'at /x' })
    expect((await get(ready, '/healthz/ready')).status).toBe(200)
    for (const port of [stats, prometheus]) expect((await get(port, '/stats/prometheus')).body).toMatch(/istio_requests_total\{reporter="source",.*response_code="200"/)
    const dump = JSON.parse((await get(admin, '/config_dump')).body) as { configs: readonly { '@type': string }[] }
    expect(dump.configs.map((section) => section['@type'].replace(/.*\./, ''))).toEqual(['BootstrapConfigDump', 'ClustersConfigDump', 'ListenersConfigDump', 'ScopedRoutesConfigDump', 'RoutesConfigDump', 'EcdsConfigDump', 'SecretsConfigDump'])
    expect((await get(admin, '/listeners')).body).toBe(`l::127.0.0.1:${traffic}\n`)
    expect((await get(admin, '/quitquitquit')).status).toBe(405)
    // A page in a browser reaches loopback by a name of its own; it must not reach this.
    expect((await get(admin, '/quitquitquit', { host: 'evil.example' }, 'POST')).status).toBe(403)
    expect((await get(admin, '/config_dump', { origin: 'http://evil.example' })).status).toBe(403)
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
  } finally {
    child.kill('SIGKILL')
    origin.close()
    rmSync(folder, { recursive: true })
  }
})
