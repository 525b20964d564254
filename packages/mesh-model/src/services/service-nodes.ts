/** Wiring: all hosts of the mesh, and who sees which. */
import { Service, ServiceEntry } from '@istio-ts/api-types'
import type { Collection, Graph, Index, Lookup, Singleton } from '@istio-ts/collections'
import { hostCovers, isWildcard, type HostName } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import { isVisibleTo } from '../visibility/export-to.ts'
import { fromKubernetesService, type ServiceDefaults } from './kubernetes-service.ts'
import { compareServices, type MeshService } from './mesh-service.ts'
import { fromServiceEntry } from './service-entry.ts'
import { compareText } from '../inputs/resource-order.ts'

/** The hosts of the mesh. */
export interface ServiceNodes {
  /** By `namespace/host`. */
  readonly all: Collection<MeshService>
  readonly byHost: Index<MeshService>
  readonly byNamespace: Index<MeshService>
  /** Hosts that are names of another (ExternalName), by that other. */
  readonly aliasesOf: Index<MeshService>
  /** Namespaces with a host that is declared in other namespaces too; what a client sees of those depends on the client. */
  readonly hasSharedHosts: Lookup<boolean>
  /** True if a wildcard host of an entry covers the host. */
  coversHost(host: HostName): boolean
  /** The one service that a client namespace means by a host. */
  chosen(clientNamespace: string, host: HostName): MeshService | undefined
}

/** Makes the nodes. Where a Kubernetes service and an entry declare the same host in one namespace, the Kubernetes service counts. */
export function serviceNodes(graph: Graph, sets: ResourceSets, defaults: Singleton<ServiceDefaults>): ServiceNodes {
  const kubernetes = graph.flatMap('services of Kubernetes', sets.everywhere(Service), (resource) => {
    const service = fromKubernetesService(resource, defaults.get())
    return [[service.key, service] as const]
  })
  const entries = graph.flatMap('services of entries', sets.config(ServiceEntry), (resource) =>
    fromServiceEntry(resource, defaults.get()).map((service) => [service.key, service] as const))
  const all = graph.join('services', [kubernetes, entries])
  const byHost = graph.indexBy('services by host', all, (service) => [service.host])
  const byNamespace = graph.indexBy('services by namespace', all, (service) => [service.namespace])
  const aliasesOf = graph.indexBy('services by aliased host', all, (service) => (service.aliasOf === undefined ? [] : [service.aliasOf]))
  const wildcards = graph.indexBy('wildcard services', all, (service) => (isWildcard(service.host) ? [''] : []))
  return {
    coversHost: (host) => wildcards.lookup('').some((service) => hostCovers(service.host, host)),
    all, byHost, byNamespace, aliasesOf,
    hasSharedHosts: graph.lookup('namespaces with shared hosts', (namespace) => byNamespace.lookup(namespace).some((one) => byHost.lookup(one.host).length > 1)),
    chosen: (namespace, host) => chooseService(byHost.lookup(host), namespace),
  }
}

/** Of several declarations of a host: the client's own namespace first, then Kubernetes services, then the oldest. */
export function chooseService(candidates: readonly MeshService[], namespace: string): MeshService | undefined {
  const visible = candidates.filter((one) => isVisibleTo(one.visibility, namespace))
  if (visible.length < 2) return visible[0]
  const rank = (one: MeshService): number => (one.namespace === namespace ? 0 : one.registry === 'kubernetes' ? 1 : 2)
  return [...visible].sort((a, b) => rank(a) - rank(b) || compareServices(a, b) || compareText(a.key, b.key))[0]
}
