/** The commands that speak to a mesh, against a state folder and loopback servers that answer as istiod and proxies do. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../compose.ts'
import { testContext } from '../testing/test-context.ts'

type Pages = Readonly<Record<string, string>>

const servers: Server[] = []
const root = realpathSync(mkdtempSync(join(tmpdir(), 'istioctl-')))
const asked: string[] = []

const serve = (pages: Pages): Promise<number> => new Promise((resolve) => {
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const page = pages[request.url ?? '']
    response.writeHead(page === undefined ? 404 : 200).end(page ?? 'not found')
  })
  servers.push(server)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(typeof address === 'object' && address ? address.port : 0)
  })
})

const ROUTE = { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration', name: '9080' }
const dump = (host: string): string => JSON.stringify({ configs: [{ '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump', dynamic_route_configs: [{ last_updated: '2026-01-02T03:04:05.000Z', route_config: { ...ROUTE, virtual_hosts: [{ name: host, domains: ['*'] }] } }] }] })
const istiodDump = JSON.stringify({ configs: [{ '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump', dynamicRouteConfigs: [{ versionInfo: '1', routeConfig: { ...ROUTE, virtualHosts: [{ domains: ['*'], name: 'reviews' }] } }] }] })

beforeAll(async () => {
  const istiod = await serve({
    '/version': '1.2.3\n',
    '/debug/diagnostics': '[]',
    '/debug/syncz': JSON.stringify([
      { cluster_id: 'Kubernetes', proxy: 'reviews-v1-0.default', istio_version: '1.2.3', cluster_sent: 'a', cluster_acked: 'a', listener_sent: 'b', listener_acked: 'a', route_sent: 'c', route_acked: 'c', endpoint_sent: '', endpoint_acked: '', extensionconfig_sent: '', extensionconfig_acked: '', errors: { 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration': 'no' } },
      { cluster_id: 'Kubernetes', proxy: 'ingress.istio-system', istio_version: '1.2.2', cluster_sent: 'a', cluster_acked: 'a' },
    ]),
    '/debug/config_dump?proxyID=reviews-v1-0.default': istiodDump,
    '/debug/config_dump?proxyID=ingress.istio-system': istiodDump,
  })
  const workload = await serve({ '/config_dump': dump('reviews'), '/logging?level=info': 'active loggers:\n  http: info\n', '/logging?http=debug': 'active loggers:\n  http: debug\n' })
  const gateway = await serve({ '/config_dump': dump('other') })
  const state = join(root, 'state/istio-ts/shop-1')
  mkdirSync(join(state, 'run'), { recursive: true })
  mkdirSync(join(root, 'shop'))
  mkdirSync(join(root, 'other/below'), { recursive: true })
  writeFileSync(join(root, 'other/below/mesh.yaml'), 'kind: LocalMesh\n')
  mkdirSync(join(root, 'down'))
  writeFileSync(join(root, 'down/mesh.yaml'), 'apiVersion: istio-ts.dev/v1alpha1\nkind: LocalMesh\n')
  writeFileSync(join(state, 'mesh.json'), JSON.stringify({ name: 'shop', folder: join(root, 'shop') }))
  writeFileSync(join(state, 'ports.json'), JSON.stringify({ 'istiod/http': istiod }))
  const plan = (name: string, namespace: string, admin: number) => ({ key: `${namespace}/${name}`, workload: name, namespace, admin })
  writeFileSync(join(state, 'run/view.json'), JSON.stringify({
    workloads: [
      { name: 'reviews-v1-0', namespace: 'default', service: 'reviews', plan: plan('reviews-v1-0', 'default', workload) },
      { name: 'cart', namespace: 'a', service: null, plan: plan('cart', 'a', workload) },
      { name: 'cart', namespace: 'b', service: null, plan: plan('cart', 'b', 1) },
    ],
    gateways: [{ plan: plan('ingress', 'istio-system', gateway) }],
    problems: [],
  }))
})

afterAll(() => {
  for (const server of servers) server.close()
  rmSync(root, { recursive: true, force: true })
})

async function istioctl(line: string, folder = 'shop'): Promise<string> {
  let text = ''
  const print = (more: string): void => void (text += more)
  const context = testContext({ cwd: join(root, folder), home: root, xdgStateHome: join(root, 'state'), out: print, err: print })
  const code = await runCli(line.split(' '), context)
  return code === 0 ? text : `${text.trimEnd()} (exit code ${code})`
}

describe('proxy-config of a running mesh', () => {
  it.each(['reviews-v1-0', 'reviews-v1-0.default', 'pod/reviews-v1-0', 'deployment/reviews-v1', 'svc/reviews.default'])('knows %s', async (name) => {
    expect(await istioctl(`pc routes ${name}`)).toContain('9080     reviews')
  })
  it('finds a gateway by its name alone, and by its namespace', async () => {
    for (const name of ['ingress', 'ingress.istio-system', 'ingress -n istio-system']) expect(await istioctl(`pc routes ${name}`)).toContain('other')
  })
  it('names all for a wrong name, in one line', async () => {
    expect(await istioctl('pc routes nobody')).toBe('Error: There is no workload or gateway nobody in this mesh. There are: cart.a, cart.b, ingress.istio-system, reviews-v1-0.default. (exit code 1)')
  })
  it('asks back when a name may be two', async () => {
    expect(await istioctl('pc routes cart')).toContain('cart may be several: cart.a, cart.b.')
    expect(await istioctl('pc routes cart -n a')).toContain('reviews')
  })
  it('says where nobody answers', async () => {
    expect(await istioctl('pc routes cart.b')).toMatch(/cart\.b does not answer at 127\.0\.0\.1:1: .* \(exit code 1\)$/)
  })
  it('changes levels, that of all first', async () => {
    asked.length = 0
    expect(await istioctl('pc log reviews-v1-0 --level http:debug,info')).toBe('reviews-v1-0.default:\nactive loggers:\n  http: debug\n')
    expect(asked).toEqual(['POST /logging?level=info', 'POST /logging?http=debug'])
    expect(await istioctl('pc log reviews-v1-0 --level loud')).toContain('unrecognized logging level: loud.')
  })
})

describe('which mesh is meant', () => {
  it('is the only running one, where the folder itself holds none', async () => {
    expect(await istioctl('pc routes ingress', 'other')).toContain('other')
  })
  it('is the one of the folder, even if it is not up', async () => {
    expect(await istioctl('pc routes ingress', 'down')).toContain(`The mesh of ${join(root, 'down')} is not up.`)
  })
  it('is the one of --mesh first of all', async () => {
    expect(await istioctl('--mesh ../shop pc routes ingress', 'down')).toContain('other')
    expect(await istioctl('pc routes ingress --mesh ../nowhere')).toContain('There is no folder ../nowhere.')
  })
})

describe('proxy-status of a running mesh', () => {
  it('lists proxies with what they asked for', async () => {
    expect(await istioctl('ps')).toBe([
      'NAME                     CLUSTER        ISTIOD     VERSION     SUBSCRIBED TYPES',
      'ingress.istio-system     Kubernetes     istiod     1.2.2       1 (CDS)',
      'reviews-v1-0.default     Kubernetes     istiod     1.2.3       3 (CDS,LDS,RDS)',
      '',
    ].join('\n'))
  })
  it('shows what is stale and what was refused', async () => {
    expect(await istioctl('ps -v 1 -n default')).toBe('NAME                     CLUSTER        CDS        LDS       RDS       ISTIOD     VERSION\nreviews-v1-0.default     Kubernetes     SYNCED     STALE     ERROR     istiod     1.2.3\n')
  })
  it('compares a proxy with what istiod has for it, whatever the form of names', async () => {
    expect(await istioctl('ps reviews-v1-0')).toMatch(/^Clusters Match\nListeners Match\nRoutes Match \(RDS last loaded at Fri, 02 Jan 2026 /)
    const text = await istioctl('ps ingress')
    expect(text).toContain("Routes Don't Match")
    expect(text).toContain('--- Istiod Routes\n+++ Envoy Routes\n')
    expect(text).toMatch(/\n- +"name": "reviews"\n\+ +"name": "other"\n/)
  })
  it('says that a proxy is not connected', async () => {
    expect(await istioctl('ps cart.a')).toContain('cart.a is not connected to istiod.')
  })
})

describe('version of a running mesh', () => {
  it('counts the proxies of each version', async () => {
    expect(await istioctl('version')).toBe('client version: 0.0.0-dev\ncontrol plane version: 1.2.3\ndata plane version: 1.2.2 (1 proxies), 1.2.3 (1 proxies)\n')
    expect(await istioctl('version --remote=false')).toBe('client version: 0.0.0-dev\n')
  })
})
