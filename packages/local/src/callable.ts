/** Which (host, port) pairs a workload may call by a name of the mesh: each gets an outbound listener on loopback. */
import type { Resource, ServiceSpec } from '@istio-ts/api-types'

/** A service port as a client names it. */
export interface Callable {
  /** Full host name, `reviews.default.svc.cluster.local` or a host of a ServiceEntry. */
  readonly host: string
  readonly port: number
  /** Present for Kubernetes services: what the service variables are made of. */
  readonly service?: { readonly namespace: string; readonly name: string; readonly portName: string; /** Place among the ports of the service: the first one is the default. */ readonly index: number }
}

/** Every TCP port of every Service, and of the ServiceEntries with plain host names. Sorted by host and port, without repeats. */
export function callables(resources: Iterable<Resource>, domain = 'cluster.local'): readonly Callable[] {
  const found = new Map<string, Callable>()
  for (const resource of resources) {
    for (const callable of ofResource(resource, domain)) {
      const key = `${callable.host}:${callable.port}`
      if (!found.has(key)) found.set(key, callable)
    }
  }
  return [...found.values()].sort((a, b) => (a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1))
}

function ofResource(resource: Resource, domain: string): readonly Callable[] {
  if (resource.kind === 'Service' && resource.apiVersion === 'v1') return ofService(resource, domain)
  if (resource.kind === 'ServiceEntry') return ofServiceEntry(resource)
  return []
}

function ofService(resource: Resource, domain: string): readonly Callable[] {
  const { name, namespace } = resource.metadata
  const ports = field<ServiceSpec['ports']>(resource.spec, 'ports') ?? []
  return ports.filter((port) => port.protocol !== 'UDP').map((port, index) => ({
    host: `${name}.${namespace}.svc.${domain}`, port: port.port, service: { namespace, name, portName: port.name ?? '', index },
  }))
}

function ofServiceEntry(resource: Resource): readonly Callable[] {
  const hosts = field<readonly string[]>(resource.spec, 'hosts') ?? []
  const ports = field<readonly { readonly number: number; readonly protocol?: string }[]>(resource.spec, 'ports') ?? []
  return hosts.filter((host) => !host.includes('*')).flatMap((host) =>
    ports.filter((port) => port.protocol?.toUpperCase() !== 'UDP').map((port) => ({ host, port: port.number })))
}

/** A field of a spec whose kind was checked by name; the catalogue's schema has checked its type. */
const field = <T>(spec: unknown, name: string): T | undefined =>
  typeof spec === 'object' && spec !== null && name in spec ? (spec as Readonly<Record<string, T>>)[name] : undefined
