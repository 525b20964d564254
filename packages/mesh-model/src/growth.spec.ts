/** The cost of one endpoint change does not grow with the mesh: counted in nodes, bundles and views, not in time. */
import { EndpointSlice, Gateway, parse, Service, Sidecar, VirtualService, type Resource } from '@istio-ts/api-types'
import { describe, expect, it } from 'vitest'
import { meshModel, type MeshModel, type ProxyView } from './index.ts'
import { memoryMesh, testIdentity, type MemoryMesh } from './testing/index.ts'

const PER_NAMESPACE = 10

const serviceOf = (i: number): Resource => parse(Service, {
  apiVersion: 'v1', kind: 'Service', metadata: { name: `svc-${i}`, namespace: `ns-${Math.floor(i / PER_NAMESPACE)}` },
  spec: { clusterIP: `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, ports: [{ name: 'http', port: 80, targetPort: 8080 }], selector: { app: `svc-${i}` } },
})
const sliceOf = (i: number, addresses: readonly string[]): Resource => parse(EndpointSlice, {
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `svc-${i}-a`, namespace: `ns-${Math.floor(i / PER_NAMESPACE)}`, labels: { 'kubernetes.io/service-name': `svc-${i}` } },
  addressType: 'IPv4', endpoints: addresses.map((ip) => ({ addresses: [ip], conditions: { ready: true } })), ports: [{ name: 'http', port: 8080 }],
})

/** A mesh of `size` services with one watching client in each of three namespaces. */
function meshOf(size: number): { readonly memory: MemoryMesh; readonly model: MeshModel; readonly seen: ProxyView[] } {
  const resources = Array.from({ length: size }, (_, i) => [serviceOf(i), sliceOf(i, [`10.1.${i >> 8}.${i & 255}`])]).flat()
  const memory = memoryMesh({ resources })
  const model = meshModel(memory.graph, memory.inputs)
  const seen: ProxyView[] = []
  for (const namespace of ['ns-0', 'ns-1', 'ns-2'])
    for (const replica of [1, 2]) model.subscribe(testIdentity({ namespace, name: `client-${replica}`, ips: [`10.9.0.${replica}`], dnsDomain: `${namespace}.svc.cluster.local` }), ({ view }) => seen.push(view))
  return { memory, model, seen }
}

const counts = (memory: MemoryMesh, change: () => void): Readonly<Record<string, number>> => {
  const before = memory.graph.counters.computedByNode
  change()
  return Object.fromEntries([...memory.graph.counters.computedByNode].map(([node, count]) => [node, count - (before.get(node) ?? 0)] as const).filter(([, count]) => count > 0))
}

describe('one endpoint change', () => {
  it('costs the same in a mesh of 100 and of 2,000 services', () => {
    const [small, large] = [100, 2000].map((size) => {
      const { memory, seen } = meshOf(size)
      const cost = counts(memory, () => memory.apply(sliceOf(7, ['10.1.0.7', '10.1.99.99'])))
      return { cost, views: new Set(seen).size, notices: seen.length }
    })
    expect(large).toEqual(small)
    expect(small?.cost['endpoint bundles']).toBe(1)
    expect(small?.cost['endpoint branches']).toBe(1)
    expect(small?.cost['endpoints of service']).toBe(1)
    expect(small?.cost['upstream bundles']).toBeUndefined()
    expect(small?.cost['outbound listeners']).toBeUndefined()
    expect(small?.cost['outbound route tables']).toBeUndefined()
    // One view per class of clients; their replicas share it.
    expect(small?.views).toBe(3)
    expect(small?.notices).toBe(6)
  })

  it('leaves everything else the same object', () => {
    const { memory, model } = meshOf(100)
    const client = testIdentity({ namespace: 'ns-0', name: 'client-1', ips: ['10.9.0.1'], dnsDomain: 'ns-0.svc.cluster.local' })
    const before = model.view(client).view.outbound
    memory.apply(sliceOf(7, ['10.1.0.7', '10.1.99.99']))
    const after = model.view(client).view.outbound
    expect(after.upstreams).toBe(before.upstreams)
    expect(after.listeners).toBe(before.listeners)
    expect(after.routeTables).toBe(before.routeTables)
    const [bundles, old] = [after.endpoints.flat(), before.endpoints.flat()]
    const changed = bundles.filter((bundle, i) => bundle !== old[i])
    expect(changed).toHaveLength(1)
    const groups = changed[0]?.items.filter((group, i) => group !== old.find((one) => one.key === changed[0]?.key)?.items[i]) ?? []
    expect(groups.map((group) => group.key)).toEqual(['outbound|80||svc-7.ns-0.svc.cluster.local'])
    // The endpoint that was there keeps its identity, so its encoding can be reused.
    const earlier = old.flatMap((bundle) => bundle.items).find((group) => group.key === groups[0]?.key)?.localities[0]?.endpoints[0]
    expect(groups[0]?.localities[0]?.endpoints).toContain(earlier)
  })
})

describe('a change that says nothing new', () => {
  it('reaches nobody: another position in its file, bookkeeping of the API server', () => {
    const { memory, seen } = meshOf(100)
    const service = serviceOf(7)
    memory.apply({ ...service, metadata: { ...service.metadata, resourceVersion: '2', generation: 2 }, source: { file: 'a.yaml', index: 3, locate: () => ({ file: 'a.yaml', line: 9, column: 1 }) } })
    expect(seen).toEqual([])
  })
})

describe('a routing rule', () => {
  it('changes one virtual host; the others stay the same objects, and clients share them', () => {
    const { memory, model } = meshOf(100)
    const client = (namespace: string): ProxyView['outbound'] =>
      model.view(testIdentity({ namespace, name: 'client-1', ips: ['10.9.0.1'], dnsDomain: `${namespace}.svc.cluster.local` })).view.outbound
    const before = client('ns-0').routeTables[0]?.virtualHosts ?? []
    memory.apply(parse(VirtualService, {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'v', namespace: 'ns-3' },
      spec: { hosts: ['svc-30'], http: [{ timeout: '1s', route: [{ destination: { host: 'svc-30' } }] }] },
    }))
    const after = client('ns-0').routeTables[0]?.virtualHosts ?? []
    expect(after.filter((host, i) => host !== before[i]).map((host) => host.name)).toEqual(['svc-30.ns-3.svc.cluster.local:80'])
    const shared = client('ns-1').routeTables[0]?.virtualHosts.filter((host) => after.includes(host)) ?? []
    // All but those of the two namespaces themselves, whose short names differ.
    expect(shared).toHaveLength(100 - 2 * PER_NAMESPACE)
  })
})

describe('a Sidecar', () => {
  const sidecar = (namespace: string, hosts: readonly string[]): Resource =>
    parse(Sidecar, { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default', namespace }, spec: { egress: [{ hosts: [...hosts] }] } })
  const client = (namespace: string) => testIdentity({ namespace, name: 'client', ips: ['10.9.0.1'], dnsDomain: `${namespace}.svc.cluster.local` })
  const meshWith = (size: number, sidecars: readonly Resource[]): { readonly memory: MemoryMesh; readonly model: MeshModel } => {
    const memory = memoryMesh({ resources: [...sidecars, ...Array.from({ length: size }, (_, i) => [serviceOf(i), sliceOf(i, [`10.1.${i >> 8}.${i & 255}`])]).flat()] })
    return { memory, model: meshModel(memory.graph, memory.inputs) }
  }

  it('that names its namespaces makes its clients look at no others, however many there are', () => {
    const cost = (size: number): unknown => {
      const { memory, model } = meshWith(size, [sidecar('istio-system', ['./*', 'ns-1/svc-12.ns-1.svc.cluster.local'])])
      return counts(memory, () => {
        const { upstreams } = model.view(client('ns-3')).view.outbound
        expect(upstreams.flatMap(({ items }) => items.map(({ ref }) => ref.host)).sort()).toEqual(
          ['svc-12.ns-1', ...Array.from({ length: PER_NAMESPACE }, (_, i) => `svc-3${i}.ns-3`)].map((name) => `${name}.svc.cluster.local`))
      })
    }
    expect(cost(2000)).toEqual(cost(100))
  })

  it('that shows all of a namespace shares its bundles with everybody else', () => {
    const { model } = meshWith(50, [sidecar('ns-0', ['*/*']), sidecar('ns-1', ['./*', 'ns-2/*', 'ns-3/svc-30.ns-3.svc.cluster.local'])])
    const [all, narrow, free] = ['ns-0', 'ns-1', 'ns-4'].map((namespace) => model.view(client(namespace)).view.outbound.upstreams)
    expect(all).toHaveLength(5)
    all?.forEach((bundle, i) => expect(bundle).toBe(free?.[i]))
    expect(narrow?.map((bundle) => [bundle.items.length, free?.includes(bundle)])).toEqual([[10, true], [10, true], [1, false]])
  })
})

describe('one Gateway of many with the same selector', () => {
  const gateway = (i: number, host = `h-${i}.example.com`): Resource => parse(Gateway, {
    apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: `g-${i}`, namespace: `ns-${i}` },
    spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: [host], tls: { mode: 'SIMPLE', credentialName: `c-${i}` } }] },
  })
  const cost = (size: number): unknown => {
    const memory = memoryMesh({ resources: Array.from({ length: size }, (_, i) => gateway(i)) })
    const model = meshModel(memory.graph, memory.inputs)
    const heard: unknown[] = []
    model.diagnostics.subscribe((changes) => heard.push(...changes.map(({ after }) => [after?.code, after?.resource?.name])))
    const work = counts(memory, () => memory.apply(gateway(7, 'h-3.example.com')))
    return { work, heard }
  }

  it('is judged at the same cost beside 10 and beside 300 others', () => {
    expect(cost(300)).toEqual(cost(10))
    expect(cost(300)).toMatchObject({ work: { 'findings of gateway servers': 1 }, heard: [['IST0145', 'g-7']] })
  })
})
