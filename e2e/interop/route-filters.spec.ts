/** What routes say of HTTP filters (`typed_per_filter_config`, `FilterConfig`): our proxy and a real Envoy read it alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { until } from '../local/run.ts'
import { envoyBinary, havePeers } from '../local/peers.ts'

const NODE = join(import.meta.dirname, '../../node_modules/.bin/node')
const PROXY = join(import.meta.dirname, '../../apps/proxy/src/main.ts')
const useful = havePeers('e2e/interop/route-filters', { 'a real Envoy': envoyBinary() })

type Json = Readonly<Record<string, unknown>>
const any = (type: string, value: Json = {}): Json => ({ '@type': `type.googleapis.com/${type}`, ...value })
const abort = (httpStatus: number): Json => any('envoy.extensions.filters.http.fault.v3.HTTPFault', { abort: { httpStatus, percentage: { numerator: 100 } } })
const setting = (value: Json): Json => any('envoy.config.route.v3.FilterConfig', value)
const OFF = setting({ disabled: true })
const ON = setting({ config: {} })

const to = (path: string, typedPerFilterConfig: Json, choice?: Json): Json =>
  ({ match: { path }, typedPerFilterConfig, route: choice ? { weightedClusters: { clusters: [{ name: 'c', weight: 1, typedPerFilterConfig: choice }] } } : { cluster: 'c' } })

/** `a` is on and answers 455, `b` is off and would answer 456; whoever reaches the service gets 200. */
const CASES: readonly (readonly [what: string, host: string, route: Json, status: number])[] = [
  ['a filter that is on', 'x', to('/plain', {}), 455],
  ['a filter switched off by its route', 'x', to('/off', { a: OFF }), 200],
  ['a configuration beside `disabled`', 'x', to('/off-with', { a: setting({ disabled: true, config: abort(457) }) }), 200],
  ['a configuration inside', 'x', to('/inside', { a: setting({ config: abort(457) }) }), 457],
  ['a configuration of its own', 'x', to('/own', { a: abort(458) }), 458],
  ['a filter switched on by an empty configuration', 'x', to('/b-on', { a: OFF, b: ON }), 456],
  ['a filter switched on by a configuration', 'x', to('/b-own', { a: OFF, b: abort(459) }), 459],
  ['a weighted cluster that says more', 'x', to('/choice-on', { a: OFF }, { a: abort(460) }), 460],
  ['a weighted cluster that switches off', 'x', to('/choice-off', {}, { a: OFF }), 200],
  ['a filter switched off by its virtual host', 'off', to('/host', {}), 200],
  ['a route that says otherwise than its virtual host', 'off', to('/on', { a: ON }), 455],
  ['the configuration around an empty one', 'own', to('/around', { a: ON }), 461],
  ['a filter switched off by the whole table', 'table', to('/table', {}), 200],
]

/** What both refuse: the filter's configuration is said to be there, and is not. */
const REFUSED: Json = { a: setting({}) }

const ROUTER = { name: 'envoy.filters.http.router', typedConfig: any('envoy.extensions.filters.http.router.v3.Router') }
const FILTERS = [{ name: 'a', typedConfig: abort(455) }, { name: 'b', disabled: true, typedConfig: abort(456) }, ROUTER]
const hostSettings: Readonly<Record<string, Json>> = { off: { a: OFF }, own: { a: abort(461) } }

function listener(name: string, port: number, routeConfig: Json): Json {
  const manager = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', { statPrefix: name, httpFilters: FILTERS, routeConfig })
  return { name, address: { socketAddress: { address: '127.0.0.1', portValue: port } }, filterChains: [{ filters: [{ name: 'hcm', typedConfig: manager }] }] }
}

const virtualHost = (host: string, more: readonly Json[] = []): Json =>
  ({ name: host, domains: [host], typedPerFilterConfig: hostSettings[host] ?? {}, routes: [...CASES.filter(([, at]) => at === host).map(([, , route]) => route), ...more] })

const resources = (origin: number, [first = 0, second = 0]: readonly number[], more: readonly Json[] = []): Json => ({
  clusters: [{ name: 'c', type: 'STATIC', loadAssignment: { clusterName: 'c', endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: origin } } } }] }] } }],
  listeners: [
    listener('main', first, { name: 'main', virtualHosts: [virtualHost('x', more), virtualHost('off'), virtualHost('own')] }),
    listener('table', second, { name: 'table', typedPerFilterConfig: { a: OFF }, virtualHosts: [virtualHost('table')] }),
  ],
})

/** How each engine is started with static resources. */
const ENGINES: Readonly<Record<string, (file: string, value: Json, admin: number) => readonly [string, readonly string[]]>> = {
  'a real Envoy': (file, staticResources) => {
    writeFileSync(file, JSON.stringify({ staticResources }))
    return [envoyBinary() ?? '', ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error']]
  },
  'our proxy': (file, staticResources, adminPort) => {
    writeFileSync(file, JSON.stringify({ node: { id: 'sidecar~127.0.0.1~a.default~x', metadata: {} }, adminPort, staticResources }))
    return [NODE, ['--conditions=@istio-ts/source', '--no-warnings', PROXY, '--config', file]]
  },
}

const statusOf = (port: number, path: string, host: string): Promise<number | undefined> => new Promise((resolve, reject) => {
  get({ host: '127.0.0.1', port, path, headers: { host }, agent: false, timeout: 5000 }, (response) => resolve(response.resume().statusCode)).on('error', reject)
})

describe.skipIf(!useful).each(Object.entries(ENGINES))('%s', (_, command) => {
  const folder = mkdtempSync(join(tmpdir(), 'route-filters-'))
  const origin: Server = createServer((_request, response) => response.end('here'))
  let ports: readonly number[] = []
  let child: ChildProcess | undefined

  beforeAll(async () => {
    const [service = 0, ...rest] = await freePorts(4)
    ports = rest
    await once(origin.listen(service, '127.0.0.1'), 'listening')
    const [program, args] = command(join(folder, 'bootstrap.json'), resources(service, ports), ports[2] ?? 0)
    child = spawn(program, args, { stdio: 'ignore' })
    for (const port of ports.slice(0, 2)) await until(async () => (await statusOf(port, '/', 'x').catch(() => undefined)) !== undefined, 20_000)
  })
  afterAll(() => {
    child?.kill('SIGKILL')
    origin.closeAllConnections()
    origin.close()
    rmSync(folder, { recursive: true })
  })

  it.each(CASES)('%s', async (_what, host, route, status) => {
    const { path } = route['match'] as { path: string }
    expect(await statusOf(ports[host === 'table' ? 1 : 0] ?? 0, path, host)).toBe(status)
  })

  it('refuses a FilterConfig that holds nothing', async () => {
    const [one = 0, two = 0, admin = 0] = await freePorts(3)
    const [program, args] = command(join(folder, 'bad.json'), resources(1, [one, two], [to('/bad', REFUSED)]), admin)
    if (program === NODE) {
      const bad = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
      let said = ''
      bad.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
      await until(() => said.includes('MESH0711'), 20_000).finally(() => bad.kill('SIGKILL'))
      expect(said).toContain('typedPerFilterConfig')
    } else {
      const { status, stderr } = spawnSync(program, ['--mode', 'validate', ...args], { encoding: 'utf8', timeout: 20_000 })
      expect(status).not.toBe(0)
      expect(stderr).toMatch(/Empty route\/virtual host per filter configuration/i)
    }
  })
})
