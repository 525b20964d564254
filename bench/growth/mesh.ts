/** The mesh that grows: namespaces of ten services; each namespace sees itself, and four namespaces of watchers see all. */
import { DestinationRule, EndpointSlice, parse, Service, Sidecar, VirtualService, type Resource } from '@istio-ts/api-types'

const SERVICES_PER_NAMESPACE = 10
const WATCHERS = 20
const WATCHING_NAMESPACES = 4

/** How large a mesh is. */
export interface MeshSize {
  readonly services: number
  readonly proxies: number
}

const namespaceOf = (i: number): string => `ns-${Math.floor(i / SERVICES_PER_NAMESPACE)}`

const service = (i: number): Resource => parse(Service, {
  apiVersion: 'v1', kind: 'Service', metadata: { name: `svc-${i}`, namespace: namespaceOf(i) },
  spec: { clusterIP: `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, ports: [{ name: 'http', port: 80, targetPort: 8080 }], selector: { app: `svc-${i}` } },
})

/** The endpoints of one service: four that stay, and those given. */
export const slice = (i: number, more: readonly string[] = []): Resource => parse(EndpointSlice, {
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
  metadata: { name: `svc-${i}-a`, namespace: namespaceOf(i), labels: { 'kubernetes.io/service-name': `svc-${i}` } },
  addressType: 'IPv4', ports: [{ name: 'http', port: 8080 }],
  endpoints: [...[1, 2, 3, 4].map((n) => `10.${n}.${(i >> 8) & 255}.${i & 255}`), ...more].map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
})

const sidecar = (namespace: string, hosts: readonly string[]): Resource =>
  parse(Sidecar, { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default', namespace }, spec: { egress: [{ hosts: [...hosts] }] } })

const rules = (i: number): readonly Resource[] => [
  parse(VirtualService, {
    apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: `svc-${i}`, namespace: namespaceOf(i) },
    spec: { hosts: [`svc-${i}`], http: [{ timeout: '5s', route: [{ destination: { host: `svc-${i}`, subset: 'v1' }, weight: 90 }, { destination: { host: `svc-${i}`, subset: 'v2' }, weight: 10 }] }] },
  }),
  parse(DestinationRule, {
    apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: `svc-${i}`, namespace: namespaceOf(i) },
    spec: { host: `svc-${i}`, subsets: [{ name: 'v1', labels: { version: 'v1' } }, { name: 'v2', labels: { version: 'v2' } }] },
  }),
]

/** The service whose endpoints change. No proxy is in its namespace, so only watchers see it. */
export const CHANGING = 7

/** Everything users wrote; every tenth service has routes and subsets. */
export function resourcesOf({ services }: MeshSize): readonly Resource[] {
  return [
    sidecar('istio-system', ['./*']),
    ...Array.from({ length: WATCHING_NAMESPACES }, (_, i) => sidecar(`watch-${i}`, ['*/*'])),
    ...Array.from({ length: services }, (_, i) => [service(i), slice(i), ...(i % SERVICES_PER_NAMESPACE === 0 ? rules(i) : [])]).flat(),
  ]
}

/** One proxy: its name and namespace, and whether it sees the changing service. */
export interface ProxyPlace {
  readonly name: string
  readonly namespace: string
  readonly ip: string
  readonly watches: boolean
}

/** Twenty watchers in every mesh; the rest is spread over the namespaces. */
export function proxiesOf({ services, proxies }: MeshSize): readonly ProxyPlace[] {
  const namespaces = services / SERVICES_PER_NAMESPACE
  return Array.from({ length: proxies }, (_, i) => {
    const watches = i < WATCHERS
    return { name: `proxy-${i}`, namespace: watches ? `watch-${i % WATCHING_NAMESPACES}` : `ns-${1 + (i % (namespaces - 1))}`, ip: `10.200.${i >> 8}.${i & 255}`, watches }
  })
}
