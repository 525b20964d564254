/** The instances of a ServiceEntry: those it lists, or those its selector picks. */
import { type LoopbackPlan, refOf, type PodSpec, type PodStatus, type Resource, type ServiceEntrySpec, type WorkloadEntrySpec } from '@istio-ts/api-types'
import { from, ipFamily, matchesLabels, type Provenance } from '@istio-ts/foundation'
import type { MeshPort, MeshService } from '../services/mesh-service.ts'
import type { EndpointAddress } from '../view/endpoint-group.ts'
import type { Instance } from './instance.ts'
import { canonicalName, canonicalRevision, labelledLocality, NO_LOCALITY, parseLocality, speaksMeshTls, workloadName } from './workload-facts.ts'

/** The candidates of a namespace. */
export interface EntryCandidates {
  workloadEntries(namespace: string): readonly Resource<WorkloadEntrySpec>[]
  pods(namespace: string): readonly Resource<PodSpec, PodStatus>[]
  defaultNetwork(address: string): string
  /** The loopback plan of a workload of a local mesh. */
  plan(namespace: string, workload: string): LoopbackPlan | undefined
}

/** Instances of one host of the entry. A DNS entry that lists nothing is found under its own host. */
export function entryInstances(entry: Resource<ServiceEntrySpec>, service: MeshService, candidates: EntryCandidates): readonly Instance[] {
  const { spec, metadata } = entry
  if (spec.workloadSelector) return selectedInstances(service, metadata.namespace, candidates)
  const ref = refOf(entry)
  const listed = spec.endpoints ?? []
  if (listed.length === 0 && (service.resolution === 'dns' || service.resolution === 'dns-round-robin') && !service.host.startsWith('*'))
    return service.ports.flatMap((port) => workloadInstance({ address: service.host }, port, metadata.namespace, entry.cluster, candidates, [from(ref)], metadata.name) ?? [])
  return listed.flatMap((endpoint, i) =>
    service.ports.flatMap((port) => workloadInstance(endpoint, port, metadata.namespace, entry.cluster, candidates, [from(ref, `spec.endpoints[${i}]`)], `${metadata.name}-${i}`) ?? []))
}

/** Workload entries and pods of the namespace that the service's selector picks; also for Kubernetes services that select workload entries. */
function selectedInstances(service: MeshService, namespace: string, candidates: EntryCandidates): readonly Instance[] {
  const entries = selectedWorkloadEntries(service, namespace, candidates)
  const pods = candidates.pods(namespace).filter((pod) => matchesLabels(service.selector, pod.metadata.labels ?? {}))
  return [...entries, ...pods.flatMap((pod) => service.ports.flatMap((port) => podInstance(pod, port, candidates) ?? []))]
}

/** Only the workload entries. */
export const selectedWorkloadEntries = (service: MeshService, namespace: string, candidates: EntryCandidates): readonly Instance[] =>
  candidates.workloadEntries(namespace).filter((one) => matchesLabels(service.selector, { ...one.metadata.labels, ...one.spec.labels }))
    .flatMap((one) => service.ports.flatMap((port) =>
      workloadInstance({ ...one.spec, labels: { ...one.metadata.labels, ...one.spec.labels } }, port, namespace, one.cluster, candidates, [from(refOf(one))], one.metadata.name) ?? []))

function workloadInstance(
  workload: WorkloadEntrySpec, port: MeshPort, namespace: string, cluster: string, candidates: EntryCandidates, origin: readonly Provenance[], name: string,
): Instance | undefined {
  const text = workload.address ?? ''
  const labels = workload.labels ?? {}
  const portNumber = workload.ports?.[port.name] ?? (typeof port.targetPort === 'number' ? port.targetPort : port.number)
  const address = addressOf(text, portNumber)
  if (!address) return undefined
  const owner = labels['service.istio.io/workload-name'] ?? name
  return {
    address,
    servicePort: port.number,
    health: 'healthy',
    healthIsKnown: false,
    weight: workload.weight === undefined || workload.weight === 0 ? 1 : workload.weight,
    // A workload that has an identity is in the mesh, unless its label says otherwise.
    meshTls: labels['security.istio.io/tlsMode'] === undefined ? workload.serviceAccount !== undefined && workload.serviceAccount !== '' : speaksMeshTls(labels),
    workloadPort: portNumber,
    namespace,
    serviceAccount: workload.serviceAccount ?? '',
    workload: { name: owner, namespace, canonicalName: canonicalName(labels, owner), canonicalRevision: canonicalRevision(labels), cluster },
    labels,
    locality: workload.locality === undefined || workload.locality === '' ? (labelledLocality(labels) ?? NO_LOCALITY) : parseLocality(workload.locality),
    network: workload.network ?? labels['topology.istio.io/network'] ?? candidates.defaultNetwork(text),
    cluster,
    nodeName: '',
    from: origin,
  }
}

function addressOf(text: string, port: number): EndpointAddress | undefined {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) }
  if (text === '') return undefined
  return ipFamily(text) === undefined ? { kind: 'dns', host: text, port } : { kind: 'ip', ip: text, port }
}

function podInstance(pod: Resource<PodSpec, PodStatus>, port: MeshPort, candidates: EntryCandidates): Instance | undefined {
  const ip = pod.status?.podIP
  if (ip === undefined || ip === '' || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return undefined
  const labels = pod.metadata.labels ?? {}
  const workload = workloadName(pod.metadata)
  const number = typeof port.targetPort === 'number' ? port.targetPort : (pod.spec.containers.flatMap((one) => one.ports ?? []).find((one) => one.name === port.targetPort)?.containerPort ?? port.number)
  // In a local mesh a peer reaches the sidecar at its own port, never the process itself.
  const listen = candidates.plan(pod.metadata.namespace, pod.metadata.name)?.inbound.find((entry) => entry.targetPort === number)?.listen
  const isReady = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.status !== 'False'
  return {
    address: { kind: 'ip', ip, port: listen ?? number }, servicePort: port.number, health: isReady ? 'healthy' : 'unhealthy', healthIsKnown: true, weight: 1,
    meshTls: speaksMeshTls(labels), workloadPort: number, namespace: pod.metadata.namespace, serviceAccount: pod.spec.serviceAccountName ?? '',
    workload: { name: workload, namespace: pod.metadata.namespace, canonicalName: canonicalName(labels, workload), canonicalRevision: canonicalRevision(labels), cluster: pod.cluster },
    labels, locality: labelledLocality(labels) ?? NO_LOCALITY, network: labels['topology.istio.io/network'] ?? candidates.defaultNetwork(ip),
    cluster: pod.cluster, nodeName: pod.spec.nodeName ?? '', from: [from(refOf(pod))],
  }
}
