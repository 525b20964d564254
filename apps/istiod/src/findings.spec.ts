/** Everything that points to nothing: one finding with its place in the file, however many proxies there are, gone when it is mended, and the rest of the mesh goes on. */
import { CLUSTER_TYPE, LISTENER_TYPE } from '@istio-ts/xds-protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLocalIstiod, type LocalIstiod, type TestProxy } from './testing/local-istiod.ts'

const MESH = `# a client, a service, and a gateway
apiVersion: istio-ts.dev/v1alpha1
kind: LocalMesh
metadata: {name: shop}
spec:
  workloads:
  - {name: web, service: web, ports: [{name: http, port: 80, targetPort: 19080}]}
  - {name: cart-v1, service: cart, labels: {app: cart, version: v1}, ports: [{name: http, port: 80, targetPort: 19081}, {name: admin, port: 81, targetPort: 19082}]}
  gateways:
  - {name: ingress, namespace: istio-system, labels: {istio: ingressgateway}, ports: [{port: 443, listen: 18443}]}
`
const virtualService = (destination: string, more = ''): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]${more}
  http:
  - route:
    - destination: ${destination}
`
const gateway = (name: string, selector: string, host: string, port: number, tls = '{mode: SIMPLE, credentialName: none}'): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: istio-system}
spec:
  selector: {istio: ${selector}}
  servers:
  - port: {number: ${port}, name: https, protocol: HTTPS}
    hosts: [${host}]
    tls: ${tls}
`
const policy = (labels: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: cart}
spec:
  selector:
    matchLabels: ${labels}
  rules: [{}]
`
const rule = (host: string, more: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: ${host}
${more}
`
const sidecar = (port: string): string => `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: own}
spec:
  ingress:
  - port: {number: ${port}, protocol: HTTP, name: http}
    defaultEndpoint: 127.0.0.1:9998
`
const entry = (more: string): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside}
spec:
  hosts: [outside.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
${more}
`
const MUTUAL = '{mode: PASSTHROUGH}'

let local: LocalIstiod
let proxies: readonly TestProxy[]
beforeAll(async () => {
  local = await startLocalIstiod({ 'mesh.yaml': MESH })
  local.setReady(['default/web', 'default/cart-v1'])
  const connect = async (type: string, namespace: string, name: string, account: string): Promise<TestProxy> => {
    const id = `${type}~127.0.0.1~${name}.${namespace}~${namespace}.svc.cluster.local`
    const labels = type === 'router' ? { istio: 'ingressgateway' } : { app: name }
    const proxy = local.connect(id, { NAME: name, NAMESPACE: namespace, SERVICE_ACCOUNT: account, LOOPBACK: `${namespace}/${name}`, INTERCEPTION_MODE: 'NONE', CLUSTER_ID: 'Kubernetes', LABELS: labels }, await local.certificate(namespace, account))
    proxy.client.subscribe(CLUSTER_TYPE, ['*'])
    proxy.client.subscribe(LISTENER_TYPE, ['*'])
    await proxy.until(() => (proxy.held.get(CLUSTER_TYPE)?.size ?? 0) > 0)
    return proxy
  }
  proxies = await Promise.all([connect('sidecar', 'default', 'web', 'web'), connect('sidecar', 'default', 'cart-v1', 'cart'), connect('router', 'istio-system', 'ingress', 'ingress')])
})
afterAll(() => local.stop())

const findings = async (): Promise<readonly string[]> =>
  ((await local.getJson('/debug/diagnostics')) as readonly { code: string; source?: { file: string; line: number; column: number } }[]).map(({ code, source }) => `${code} ${source?.file ?? '?'}:${source?.line ?? 0}:${source?.column ?? 0}`)

it.each<[string, string, readonly string[]]>([
  ['a route to a host that nobody has', virtualService('{host: basket}'), ['IST0101 x.yaml:8:21']],
  ['a route to a subset that no rule defines', virtualService('{host: cart, port: {number: 80}, subset: v9}'), ['IST0101 x.yaml:8:53']],
  ['a route to a port that the service lacks', virtualService('{host: cart, port: {number: 8080}}'), ['IST0101 x.yaml:8:40']],
  ['a route to one of several ports, unsaid', virtualService('{host: cart}'), ['IST0112 x.yaml:8:7']],
  ['routes for a Gateway that is not there', virtualService('{host: web}', '\n  gateways: [front]'), ['IST0101 x.yaml:6:14']],
  ['routes for a host that the Gateway lacks', `${gateway('front', 'ingressgateway', 'shop.example.com', 443, MUTUAL)}---\n${virtualService('{host: web}', '\n  gateways: [istio-system/front]')}`, ['IST0132 x.yaml:15:11']],
  ['a Gateway that selects nobody', gateway('front', 'typo', 'shop.example.com', 443, MUTUAL), ['IST0127 x.yaml:5:3']],
  ['a server on a port that the gateway does not open', gateway('front', 'ingressgateway', 'shop.example.com', 8443, MUTUAL), ['IST0162 x.yaml:7:12']],
  ['a certificate that is not there', gateway('front', 'ingressgateway', 'shop.example.com', 443), ['MESH0991 x.yaml:9:25']],
  ['a host that an older Gateway serves', `${gateway('front', 'ingressgateway', 'shop.example.com', 443, MUTUAL)}---\n${gateway('other', 'ingressgateway', 'shop.example.com', 443, MUTUAL)}`, ['IST0145 x.yaml:18:5']],
  ['a rule for a host that nobody has', rule('basket', '  trafficPolicy: {tls: {mode: DISABLE}}'), ['IST0174 x.yaml:5:3']],
  ['a rule for a port that the service lacks', rule('cart', '  trafficPolicy: {portLevelSettings: [{port: {number: 8080}, tls: {mode: DISABLE}}]}'), ['MESH0305 x.yaml:6:47']],
  ['a client\'s own choice of an address, which nothing captures', rule('cart', '  trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}'), ['MESH0309 x.yaml:6:34']],
  ['a listener on a port that the LocalMesh does not open', sidecar('9999'), ['MESH0310 x.yaml:6:12']],
  ['a subset without workloads', rule('cart', '  subsets: [{name: v9, labels: {version: v9}}]'), ['IST0173 x.yaml:6:24']],
  ['a policy that selects nobody', policy('{app: basket}'), ['IST0127 x.yaml:6:5']],
  ['an entry without endpoints', entry('  resolution: STATIC'), ['MESH0306 x.yaml:7:3']],
  ['an entry whose selector picks nobody', entry('  resolution: STATIC\n  workloadSelector: {labels: {app: basket}}'), ['IST0127 x.yaml:8:22']],
  ['weights that are all zero', virtualService('{host: web}\n      weight: 0\n    - destination: {host: cart, port: {number: 80}}\n      weight: 0'), ['MESH0112 x.yaml:7:5']],
])('%s', async (_what, text, expected) => {
  local.write('x.yaml', text)
  await expect.poll(findings, { timeout: 10_000 }).toEqual(expected)
  const all = (await local.getJson('/debug/diagnostics')) as readonly { message: string; remedy: string }[]
  expect(all.every(({ message, remedy }) => message.length > 20 && remedy.length > 10)).toBe(true)
  local.remove('x.yaml')
  await expect.poll(findings, { timeout: 10_000 }).toEqual([])
  expect(proxies.every((proxy) => (proxy.held.get(CLUSTER_TYPE)?.size ?? 0) > 0)).toBe(true)
})
