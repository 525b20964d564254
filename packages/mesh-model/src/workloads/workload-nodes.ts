/** Wiring: pods, and the instances behind every service. */
import { EndpointSlice, Namespace, Node, Pod, ServiceEntry, WorkloadEntry, type LoopbackPlan, type EndpointSliceSpec, type MeshNetworks, type PodSpec, type PodStatus, type Resource } from '@istio-ts/api-types'
import type { Collection, Graph, Index, Lookup, Singleton } from '@istio-ts/collections'
import { cidrContains, parseCidr, parseIp, type Labels } from '@istio-ts/foundation'
import { setKey, type ResourceSets } from '../inputs/resource-sets.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import { serviceKey } from '../services/mesh-service.ts'
import { entryInstances, selectedWorkloadEntries, type EntryCandidates } from './entry-instances.ts'
import { addressText, type Instance, type ServiceInstances } from './instance.ts'
import { sliceInstances, type SliceSurroundings } from './slice-instances.ts'
import { compareText } from '../inputs/resource-order.ts'

/** Label of an EndpointSlice that names its service. */
const SERVICE_NAME = 'kubernetes.io/service-name'

/** A pod as the model knows it. */
export type PodResource = Resource<PodSpec, PodStatus>

/** Pods and instances. */
export interface WorkloadNodes {
  readonly pods: Collection<PodResource>
  readonly podsByIp: Index<PodResource>
  /** All instances of a service (`namespace/host`), sorted by port and address. */
  readonly instances: Lookup<ServiceInstances>
  /** Service accounts (`namespace/name`) behind a service, sorted; changes far less often than its instances. */
  readonly serviceAccounts: Lookup<readonly string[]>
  /** True if a service has instances and all take mesh mTLS. */
  readonly allSpeakMeshTls: Lookup<boolean>
  /** The different label sets of a service's instances; changes far less often than the instances. */
  readonly labelSets: Lookup<readonly Labels[]>
  /** The network that a cluster's workloads are in unless they say otherwise. */
  readonly clusterNetwork: Lookup<string>
}

/** What the nodes are made from. */
export interface WorkloadInputs {
  readonly sets: ResourceSets
  readonly services: ServiceNodes
  readonly loopback: Collection<LoopbackPlan>
  readonly networks: Singleton<MeshNetworks>
  readonly rootNamespace: Singleton<string>
  readonly domain: string
}

/** Makes the nodes. */
export function workloadNodes(graph: Graph, inputs: WorkloadInputs): WorkloadNodes {
  const { sets, services, loopback, domain } = inputs
  const pods = sets.everywhere(Pod)
  const nodes = sets.everywhere(Node)
  const namespaces = sets.everywhere(Namespace)
  const podsByIp = graph.indexBy('pods by address', pods, (pod) => (pod.spec.hostNetwork === true ? [] : ipsOf(pod)))
  const podsByNamespace = graph.indexBy('pods by namespace', pods, (pod) => [pod.metadata.namespace])
  const entriesByNamespace = graph.indexBy('workload entries by namespace', sets.config(WorkloadEntry), (one) => [one.metadata.namespace])
  const clusterNetwork = graph.lookup('network of cluster', (cluster) => networkOf(cluster, inputs, namespaces))
  const network = (cluster: string) => (address: string): string => networkByAddress(inputs.networks.get(), address) ?? clusterNetwork.get(cluster)
  const candidates = (cluster: string): EntryCandidates => ({
    workloadEntries: (namespace) => entriesByNamespace.lookup(namespace), pods: (namespace) => podsByNamespace.lookup(namespace), defaultNetwork: network(cluster), plan: (namespace, workload) => loopback.get(`${namespace}/${workload}`),
  })
  const ofSlices = graph.derive<Resource<EndpointSliceSpec>, ServiceInstances>('instances of slices', sets.everywhere(EndpointSlice), (slice) => {
    const name = slice.metadata.labels?.[SERVICE_NAME]
    const service = name === undefined ? undefined : services.all.get(serviceKey(slice.metadata.namespace, `${name}.${slice.metadata.namespace}.svc.${domain}`))
    if (!service) return undefined
    const around: SliceSurroundings = {
      pod: (namespace, pod) => pods.get(setKey(slice.cluster, namespace, pod)),
      node: (node) => nodes.get(setKey(slice.cluster, '', node)),
      plan: (namespace, workload) => loopback.get(`${namespace}/${workload}`),
      defaultNetwork: network(slice.cluster),
    }
    return { service: service.key, instances: sliceInstances(slice, service, around) }
  })
  const ofEntries = graph.flatMap('instances of entries', sets.config(ServiceEntry), (entry, key) => entry.spec.hosts.flatMap((host) => {
    const service = services.all.get(serviceKey(entry.metadata.namespace, host.toLowerCase()))
    if (!service) return []
    return [[`${key}/${service.host}`, { service: service.key, instances: entryInstances(entry, service, candidates(entry.cluster)) }] as const]
  }))
  const slicesByService = graph.indexBy('slices by service', ofSlices, (one) => [one.service])
  const entriesByService = graph.indexBy('entries by service', ofEntries, (one) => [one.service])
  const instances = graph.lookup<ServiceInstances>('instances', (key) => {
    const service = services.all.get(key)
    const virtualMachines = service?.registry === 'kubernetes' && service.selector ? selectedWorkloadEntries(service, service.namespace, candidates(service.source.cluster)) : []
    const parts = [...slicesByService.lookup(key), ...entriesByService.lookup(key)].flatMap((part) => part.instances)
    return { service: key, instances: [...parts, ...virtualMachines].sort(compareInstances) }
  }, { share: 'items' })
  const serviceAccounts = graph.lookup('service accounts', (key) =>
    [...new Set(instances.get(key).instances.filter((one) => one.serviceAccount !== '').map((one) => `${one.namespace}/${one.serviceAccount}`))].sort())
  const labelSets = graph.lookup('labels of instances', (key) =>
    [...new Map(instances.get(key).instances.map((one) => [JSON.stringify(Object.entries(one.labels).sort()), one.labels])).entries()].sort(([a], [b]) => compareText(a, b)).map(([, labels]) => labels))
  const allSpeakMeshTls = graph.lookup('services in the mesh', (key) => {
    const all = instances.get(key).instances
    return all.length > 0 && all.every((one) => one.meshTls)
  })
  return { allSpeakMeshTls, labelSets, pods, podsByIp, instances, serviceAccounts, clusterNetwork }
}

const compareInstances = (a: Instance, b: Instance): number => a.servicePort - b.servicePort || compareText(addressText(a.address), addressText(b.address))

const ipsOf = (pod: PodResource): readonly string[] => {
  const all = [pod.status?.podIP, ...(pod.status?.podIPs ?? []).map((one) => one.ip)]
  return [...new Set(all.filter((ip) => ip !== undefined && ip !== ''))].flatMap((ip) => ip ?? [])
}

/** MeshNetworks by registry, else the label of the root namespace of the cluster, else none. */
function networkOf(cluster: string, inputs: WorkloadInputs, namespaces: Collection<Resource>): string {
  for (const [name, network] of Object.entries(inputs.networks.get().networks ?? {}))
    if ((network.endpoints ?? []).some((endpoint) => endpoint.fromRegistry === cluster)) return name
  const root = namespaces.get(setKey(cluster, '', inputs.rootNamespace.get()))
  return root?.metadata.labels?.['topology.istio.io/network'] ?? ''
}

function networkByAddress(networks: MeshNetworks, address: string): string | undefined {
  const ip = parseIp(address)
  if (!ip) return undefined
  for (const [name, network] of Object.entries(networks.networks ?? {})) {
    const ranges = (network.endpoints ?? []).flatMap((endpoint) => (endpoint.fromCidr === undefined ? [] : (parseCidr(endpoint.fromCidr) ?? [])))
    if (ranges.some((range) => cidrContains(range, ip))) return name
  }
  return undefined
}
