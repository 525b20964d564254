/** istiod as its clients see it: certificates, xDS, debug pages, and bad input. */
import { newRoot } from '@istio-ts/ca/node'
import { decode } from '@istio-ts/api-types/envoy'
import { systemClock } from '@istio-ts/foundation/node'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@istio-ts/xds-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLocalIstiod, type LocalIstiod, type TestProxy } from './testing/local-istiod.ts'

const MESH = `# two services that call each other
apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: shop}
spec:
  workloads:
  - name: cart
    service: cart
    ports: [{name: http, port: 80, targetPort: 19080}]
  - name: reviews-v1
    service: reviews
    labels: {app: reviews, version: v1}
    ports: [{name: http, port: 9080, targetPort: 19081}]
`
const virtualService = (timeout: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: all
    route: [{destination: {host: reviews}}]
    timeout: ${timeout}
`
const REVIEWS = 'outbound|9080||reviews.default.svc.cluster.local'
const cart = { NAME: 'cart', NAMESPACE: 'default', SERVICE_ACCOUNT: 'cart', LOOPBACK: 'default/cart', INTERCEPTION_MODE: 'NONE', CLUSTER_ID: 'Kubernetes', LABELS: { app: 'cart' }, ISTIO_TS_PROVENANCE: 'true' }
const CART_ID = 'sidecar~127.0.0.1~cart.default~default.svc.cluster.local'

let local: LocalIstiod
beforeEach(async () => {
  local = await startLocalIstiod({ 'mesh.yaml': MESH, 'reviews.yaml': virtualService('3s') })
  local.setReady(['default/cart', 'default/reviews-v1'])
})
afterEach(() => local.stop())

const connectCart = async (): Promise<TestProxy> => {
  const proxy = local.connect(CART_ID, cart, await local.certificate('default', 'cart'))
  for (const typeUrl of [CLUSTER_TYPE, LISTENER_TYPE]) proxy.client.subscribe(typeUrl, ['*'])
  proxy.client.subscribe(ENDPOINT_TYPE, [REVIEWS])
  return proxy
}
/** Endpoints that may be called; -1 before the first answer. */
const endpointsOf = (proxy: TestProxy, name: string): number => {
  const bytes = proxy.held.get(ENDPOINT_TYPE)?.get(name)
  return bytes ? (decode('envoy.config.endpoint.v3.ClusterLoadAssignment', bytes).endpoints ?? []).flatMap((locality) => locality.lbEndpoints ?? []).filter(({ healthStatus }) => healthStatus !== 'UNHEALTHY').length : -1
}
const routeText = (proxy: TestProxy): string => JSON.stringify([...(proxy.held.get(ROUTE_TYPE) ?? [])].map(([, bytes]) => decode('envoy.config.route.v3.RouteConfiguration', bytes)))
const has = (proxy: TestProxy, typeUrl: string): boolean => (proxy.held.get(typeUrl)?.size ?? 0) > 0
const routeNames = async (): Promise<readonly string[]> => {
  const dump = JSON.stringify(await local.getJson('/debug/config_dump?proxyID=cart.default'))
  return [...new Set([...dump.matchAll(/"routeConfigName":"([^"]+)"/g)].flatMap(([, name]) => name ?? []))]
}

describe('a sidecar', () => {
  it('gets a certificate for its token and with it clusters, endpoints, listeners and routes', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    expect([...(proxy.held.get(CLUSTER_TYPE)?.keys() ?? [])]).toContain(REVIEWS)
    const names = await routeNames()
    expect(names.length).toBeGreaterThan(0)
    proxy.client.subscribe(ROUTE_TYPE, names)
    await proxy.until(() => routeText(proxy).includes('"timeout":"3s"'))
    expect(await local.getJson('/debug/graph')).toMatchObject({ counters: { computedByNode: { views: expect.any(Number) } }, failures: [] })
  })

  it('sees an edit of a file, and the end of a process', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    proxy.client.subscribe(ROUTE_TYPE, await routeNames())
    await proxy.until(() => routeText(proxy).includes('"timeout":"3s"'))
    local.write('reviews.yaml', virtualService('7s'))
    await proxy.until(() => routeText(proxy).includes('"timeout":"7s"'))
    local.setReady(['default/cart'])
    await proxy.until(() => endpointsOf(proxy, REVIEWS) === 0)
  })

  it('is told nothing again by a new istiod, and what changed meanwhile at once', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    await local.restart()
    await expect.poll(async () => JSON.parse((await local.get('/debug/syncz')).body).length, { timeout: 10_000 }).toBe(1)
    local.setReady(['default/cart'])
    await proxy.until(() => endpointsOf(proxy, REVIEWS) === 0)
    const metrics = await (await fetch(`http://127.0.0.1:${local.istiod.ports.monitoring}/metrics`)).text()
    expect(metrics.match(/pilot_xds_pushes\{.*/g)).toEqual(['pilot_xds_pushes{type="eds"} 1'])
  })

  it.each([
    ['of another namespace', 'sidecar~127.0.0.1~cart.other~other.svc.cluster.local', { ...cart, NAMESPACE: 'other' }],
    ['of another service account', CART_ID, { ...cart, SERVICE_ACCOUNT: 'reviews' }],
    ['with the loopback plan of another namespace', CART_ID, { ...cart, LOOPBACK: 'other/cart' }],
  ])('is refused as a node %s', async (_what, id, metadata) => {
    const proxy = local.connect(id, metadata, await local.certificate('default', 'cart'))
    proxy.client.subscribe(CLUSTER_TYPE, ['*'])
    const good = await connectCart()
    await good.until(() => has(good, CLUSTER_TYPE))
    expect([has(proxy, CLUSTER_TYPE), JSON.parse((await local.get('/debug/syncz')).body).length]).toEqual([false, 1])
  })

  it('keeps its last good form of what it refuses, and the page of findings names the file and line', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    const names = await routeNames()
    proxy.client.subscribe(ROUTE_TYPE, names)
    await proxy.until(() => routeText(proxy).includes('"timeout":"3s"'))
    for (const name of names) proxy.refuse.add(name)
    local.write('reviews.yaml', virtualService('8s'))
    await expect.poll(async () => (await local.get('/debug/diagnostics')).body, { timeout: 10_000 }).toContain('MESH0550')
    expect(routeText(proxy)).toContain('"timeout":"3s"')
    const metrics = await (await fetch(`http://127.0.0.1:${local.istiod.ports.monitoring}/metrics`)).text()
    expect(metrics).toMatch(/pilot_total_xds_rejects [1-9]/)
    proxy.refuse.clear()
    local.write('reviews.yaml', virtualService('9s'))
    await proxy.until(() => routeText(proxy).includes('"timeout":"9s"'))
    await expect.poll(async () => (await local.get('/debug/diagnostics')).body, { timeout: 10_000 }).not.toContain('MESH0550')
  })
})

describe('the ports', () => {
  const ask = (how: Parameters<LocalIstiod['connect']>[2]) => {
    const proxy = local.connect(CART_ID, cart, how)
    proxy.client.subscribe(CLUSTER_TYPE, ['*'])
    return proxy
  }
  it('of TLS want a proof: neither a stranger nor a certificate of another mesh gets in', async () => {
    const mine = await local.certificate('default', 'cart')
    const other = await newRoot(systemClock, { organization: 'other' })
    const strangers = [ask({ ...mine, chainPem: other.certificatePem, privateKeyPem: other.key.privateKeyPem })]
    const good = ask(mine)
    await good.until(() => has(good, CLUSTER_TYPE))
    expect(strangers.some((proxy) => has(proxy, CLUSTER_TYPE))).toBe(false)
  })
  it('of plaintext are on loopback, and serve configuration but no debug pages', async () => {
    const proxy = ask(undefined)
    proxy.client.subscribe('istio.io/debug', ['syncz'])
    await proxy.until(() => has(proxy, CLUSTER_TYPE))
    expect(has(proxy, 'istio.io/debug')).toBe(false)
  })
  it('answer debug questions over mTLS to the root namespace alone', async () => {
    const admin = local.connect('sidecar~127.0.0.1~admin.istio-system~d', { NAMESPACE: 'istio-system' }, await local.certificate('istio-system', 'admin'))
    admin.client.subscribe('istio.io/debug', ['syncz'])
    await admin.until(() => has(admin, 'istio.io/debug'))
    expect(JSON.parse(new TextDecoder().decode(admin.held.get('istio.io/debug')?.get('syncz')))).toBeInstanceOf(Array)
    const other = ask(await local.certificate('default', 'cart'))
    other.client.subscribe('istio.io/debug', ['syncz'])
    await other.until(() => has(other, CLUSTER_TYPE) && other.held.has('istio.io/debug'))
    expect(has(other, 'istio.io/debug')).toBe(false)
  })
})

describe('a broken file', () => {
  it('keeps the last good configuration and is one finding with file and line', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    proxy.client.subscribe(ROUTE_TYPE, await routeNames())
    await proxy.until(() => routeText(proxy).includes('"timeout":"3s"'))
    local.write('reviews.yaml', virtualService('soon'))
    await expect.poll(async () => JSON.parse((await local.get('/debug/diagnostics')).body), { timeout: 10_000 })
      .toEqual([expect.objectContaining({ severity: 'error', source: expect.objectContaining({ file: 'reviews.yaml', line: 9 }) })])
    expect(routeText(proxy)).toContain('"timeout":"3s"')
  })
})

describe('debug pages', () => {
  it('show who is connected, what they should have, and where it came from', async () => {
    const proxy = await connectCart()
    await proxy.until(() => has(proxy, LISTENER_TYPE) && endpointsOf(proxy, REVIEWS) === 1)
    await expect.poll(async () => JSON.parse((await local.get('/debug/syncz')).body)[0]?.endpoint_acked, { timeout: 10_000 }).not.toBe('')
    expect(JSON.parse((await local.get('/debug/syncz')).body)).toEqual([expect.objectContaining({ proxy: 'cart.default', proxy_type: 'sidecar', cluster_id: 'Kubernetes' })])
    expect(await local.getJson(`/debug/provenance?id=${encodeURIComponent('VirtualService/default/reviews#/spec/http/0')}`)).toMatchObject({ file: 'reviews.yaml', line: 7 })
    expect(JSON.stringify(await local.getJson(`/debug/provenance?type=cds&name=${encodeURIComponent(REVIEWS)}`))).toContain('mesh.yaml')
    expect(JSON.stringify(await local.getJson('/debug/configz'))).toContain('"name":"reviews"')
    expect((await local.get('/ready')).status).toBe(200)
    expect((await local.get('/debug/config_dump')).status).toBe(400)
    expect((await local.get('/debug/nothing')).status).toBe(404)
  })

  it('are not for web pages: a foreign Host or Origin is refused', async () => {
    const response = await fetch(`http://127.0.0.1:${local.istiod.ports.http}/debug/configz`, { headers: { origin: 'http://evil.example' } })
    expect(response.status).toBe(403)
  })
})
