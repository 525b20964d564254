import { describe, expect, it } from 'vitest'
import type { LocalMeshSpec, LocalWorkload, Resource } from '@istio-ts/api-types'
import { completeLedger, deriveLocalMesh, localCallables, portUses, processEnvironment, selectLocalMesh, serviceVariables, userPorts, localProcesses, variableFindings, type PortLedger } from '../index.ts'

const workload = (name: string, overrides: Partial<LocalWorkload> = {}): LocalWorkload => ({
  name, service: name, namespace: 'default', serviceAccount: name, labels: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 19000, protocol: 'TCP' }],
  command: ['node', 'x.mjs'], cwd: '.', env: {}, ready: { tcp: true }, replicas: 1, proxy: 'istio-ts', ...overrides,
})
const meshOf = (workloads: readonly LocalWorkload[]): Resource<LocalMeshSpec> => ({
  cluster: 'Kubernetes', apiVersion: 'istio-ts.dev/v1alpha1', kind: 'LocalMesh', metadata: { name: 'shop', namespace: 'default' },
  spec: { workloads, gateways: [{ name: 'ingress', namespace: 'istio-system', labels: { istio: 'ingressgateway' }, ports: [{ port: 80, listen: 8080 }] }] },
})
function planned(mesh: Resource<LocalMeshSpec>, files: readonly Resource[] = []) {
  const all = [mesh, ...files]
  const callable = localCallables(all, mesh)
  let next = 20_000
  const ledger: PortLedger = completeLedger({}, portUses(mesh.spec, callable), userPorts(mesh.spec), () => next++)
  return { callable, ledger, ...deriveLocalMesh(all, ledger, new Set(['default/cart'])) }
}

describe('the LocalMesh of a folder', () => {
  const named = (name: string, file: string): Resource<LocalMeshSpec> => ({ ...meshOf([]), metadata: { name, namespace: 'default' }, source: { file, index: 0, locate: () => ({ file, line: 1, column: 1 }) } })
  const two = [named('shop', 'mesh.yaml'), named('newcomer', 'a.yaml')]
  const chosen = (inForce?: string): readonly unknown[] => {
    const { mesh, diagnostics } = selectLocalMesh(two, inForce)
    return [mesh?.metadata.name, ...diagnostics.map(({ code, resource }) => `${code} ${resource?.name}`)]
  }

  it('is the first by file name where none runs, and the others are told', () => {
    expect(chosen()).toEqual(['newcomer', 'MESH0801 shop'])
    expect(chosen('gone')).toEqual(['newcomer', 'MESH0801 shop'])
  })
  it('is the one in force, whatever file comes first', () => {
    expect(chosen('shop')).toEqual(['shop', 'MESH0801 newcomer'])
    expect(deriveLocalMesh(two, {}, new Set(), 'shop').diagnostics.map(({ resource }) => resource?.name)).toEqual(['newcomer'])
  })
})

describe('a local mesh', () => {
  it('is services, pods and endpoints as a cluster would have them', () => {
    const { resources, plans } = planned(meshOf([workload('cart'), workload('pay', { ports: [{ name: 'http', port: 80, targetPort: 19001, protocol: 'TCP' }] })]))
    expect(resources.map((resource) => `${resource.kind} ${resource.metadata.name}`)).toEqual(['Pod ingress', 'Service cart', 'Service pay', 'Pod cart', 'Pod pay', 'EndpointSlice cart-cart', 'EndpointSlice pay-pay'])
    const listen = plans.find((plan) => plan.key === 'default/cart')?.inbound[0]?.listen
    expect(resources.find((resource) => resource.metadata.name === 'cart-cart')?.spec).toMatchObject({ endpoints: [{ addresses: ['127.0.0.1'], targetRef: { kind: 'Pod', name: 'cart' } }], ports: [{ name: 'http', port: listen }] })
  })
  it('has a pod for each gateway, which a selector finds', () => {
    const { resources } = planned(meshOf([]))
    expect(resources).toMatchObject([{ kind: 'Pod', metadata: { name: 'ingress', namespace: 'istio-system', labels: { istio: 'ingressgateway' } } }])
  })
  it('says of an endpoint whether its process is ready', () => {
    const { resources } = planned(meshOf([workload('cart'), workload('pay')]))
    const ready = (slice: string): unknown => resources.find((resource) => resource.metadata.name === slice)?.spec
    expect(ready('cart-cart')).toMatchObject({ endpoints: [{ conditions: { ready: true } }] })
    expect(ready('pay-pay')).toMatchObject({ endpoints: [{ conditions: { ready: false } }] })
  })
  it('gives each replica its own name and targetPort', () => {
    const { plans } = planned(meshOf([workload('cart', { replicas: 3 })]))
    expect(plans.filter((plan) => plan.role === 'sidecar').map((plan) => [plan.key, plan.inbound[0]?.targetPort])).toEqual([['default/cart-0', 19_000], ['default/cart-1', 19_001], ['default/cart-2', 19_002]])
  })
  it('lets a Service of the files win over its own', () => {
    const own: Resource = { cluster: 'Kubernetes', apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'default' }, spec: { type: 'ClusterIP', ports: [{ port: 9090, protocol: 'TCP' }] } }
    const { resources, callable } = planned(meshOf([workload('cart')]), [own])
    expect(resources.filter((resource) => resource.kind === 'Service')).toEqual([])
    expect(callable.map((target) => target.port)).toContain(9090)
  })
  it('opens an outbound listener for plain hosts of ServiceEntries, none for wildcards and UDP', () => {
    const entry: Resource = { cluster: 'Kubernetes', apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'x', namespace: 'default' }, spec: { hosts: ['api.example.com', '*.example.org'], ports: [{ number: 443, protocol: 'TLS', name: 'tls' }, { number: 53, protocol: 'UDP', name: 'dns' }] } }
    const { callable } = planned(meshOf([workload('cart')]), [entry])
    expect(callable.filter((target) => target.host.includes('example'))).toEqual([{ host: 'api.example.com', port: 443 }])
  })
})

describe('the environment of a process', () => {
  const mesh = meshOf([workload('cart', { env: { LOG: 'info', HTTP_PROXY: 'http://evil:1' } }), workload('pay', { namespace: 'billing' }), workload('pay')])
  const { plans, callable } = planned(mesh)
  const plan = plans.find((candidate) => candidate.key === 'default/cart')!
  const env = processEnvironment(localProcesses(mesh.spec)[0]!, plan, callable, { PATH: '/bin', https_proxy: 'http://corp:3128', ALL_PROXY: 'x', LOG: 'debug' })

  it('points HTTP clients to the sidecar and keeps the rest', () => {
    const url = `http://127.0.0.1:${plan.httpProxy}`
    expect(env).toMatchObject({ PATH: '/bin', LOG: 'info', PORT: '19000', HTTP_PROXY: url, http_proxy: url, NODE_USE_ENV_PROXY: '1', NO_PROXY: 'localhost,127.0.0.1,::1', no_proxy: 'localhost,127.0.0.1,::1' })
    expect(Object.keys(env).filter((name) => /^(https_proxy|all_proxy)$/i.test(name))).toEqual([])
  })
  it('has the service variables of Kubernetes; the own namespace wins a name', () => {
    const listen = (host: string): string => String(plan.outbound.find((entry) => entry.host === host)?.listen)
    expect(env).toMatchObject({ PAY_SERVICE_HOST: '127.0.0.1', PAY_SERVICE_PORT: listen('pay.default.svc.cluster.local'), PAY_SERVICE_PORT_HTTP: listen('pay.default.svc.cluster.local'), PAY_BILLING_SERVICE_PORT: listen('pay.billing.svc.cluster.local'), PAY_DEFAULT_SERVICE_HOST: '127.0.0.1' })
    expect(serviceVariables('default', plan, callable).taken).toEqual([{ variable: 'PAY_SERVICE_HOST', winner: 'pay.default.svc.cluster.local', loser: 'pay.billing.svc.cluster.local' }])
    expect(variableFindings(mesh, 'default', plan, callable)).toMatchObject([{ code: 'MESH0802', severity: 'info', message: 'In namespace default the variable PAY_SERVICE_HOST means pay.default.svc.cluster.local, not pay.billing.svc.cluster.local.' }])
    expect(variableFindings(mesh, 'web', plan, callable)).toMatchObject([{ code: 'MESH0802', severity: 'warning' }])
  })
  it('has the first port of a service as its port, be it smaller than the others or not', () => {
    const web = meshOf([workload('web', { ports: [{ name: 'http', port: 8081, targetPort: 19000, protocol: 'TCP' }, { name: 'admin', port: 99, targetPort: 19001, protocol: 'TCP' }] })])
    const derived = planned(web)
    const { variables } = serviceVariables('default', derived.plans[0]!, derived.callable)
    expect(variables['WEB_SERVICE_PORT']).toBe(variables['WEB_SERVICE_PORT_HTTP'])
    expect(variables['WEB_SERVICE_PORT']).not.toBe(variables['WEB_SERVICE_PORT_ADMIN'])
  })
})
