/** The instances of one EndpointSlice. */
import { refOf, type EndpointSliceSpec, type LoopbackPlan, type PodSpec, type Resource } from '@istio-ts/api-types'
import { from } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'
import type { MeshService } from '../services/mesh-service.ts'
import type { Instance } from './instance.ts'
import { canonicalName, canonicalRevision, labelledLocality, nodeLocality, NO_LOCALITY, speaksMeshTls, workloadName } from './workload-facts.ts'

type Pod = Resource<PodSpec, unknown>
type SliceEndpoint = EndpointSliceSpec['endpoints'][number]

/** What a slice needs to know of the rest. */
export interface SliceSurroundings {
  pod(namespace: string, name: string): Pod | undefined
  node(name: string): Resource | undefined
  plan(namespace: string, workload: string): LoopbackPlan | undefined
  /** Network of an instance whose own labels name none. */
  defaultNetwork(address: string): string
}

/** Label that keeps a terminating endpoint in use for sticky sessions. */
const PERSISTENT_SESSION = 'istio.io/persistent-session'

/** One instance per endpoint, address and service port. Terminating endpoints are dropped, unready ones are unhealthy, as istiod does by default. */
export function sliceInstances(slice: Resource<EndpointSliceSpec>, service: MeshService, around: SliceSurroundings): readonly Instance[] {
  if (slice.spec.addressType === 'FQDN') return []
  const ref = refOf(slice)
  return slice.spec.endpoints.flatMap((endpoint, e) => {
    const health = healthOf(endpoint, service)
    if (!health) return []
    const who = whoIs(slice, endpoint, around)
    return slice.spec.ports.flatMap((port, p) => {
      const servicePort = service.ports.find((candidate) => candidate.name === (port.name ?? ''))
      const number = port.port
      if (!servicePort || number === undefined || port.protocol === 'UDP') return []
      return endpoint.addresses.map((ip): Instance => ({
        ...who.facts,
        address: { kind: 'ip', ip, port: number },
        servicePort: servicePort.number,
        health,
        healthIsKnown: true,
        weight: 1,
        workloadPort: who.plan?.inbound.find((entry) => entry.listen === number)?.targetPort ?? number,
        network: who.network ?? around.defaultNetwork(ip),
        from: [from(ref, `spec.endpoints[${e}]`), from(ref, `spec.ports[${p}]`)],
      }))
    })
  })
}

function healthOf(endpoint: SliceEndpoint, service: MeshService): Instance['health'] | undefined {
  const { ready, serving, terminating } = endpoint.conditions ?? {}
  // Kubernetes calls terminating endpoints ready where the service publishes addresses that are not.
  if (terminating === true && ready !== true) return service.labels[PERSISTENT_SESSION] !== undefined && serving !== false ? 'draining' : undefined
  return ready === false ? 'unhealthy' : 'healthy'
}

type Facts = Omit<Instance, 'address' | 'servicePort' | 'health' | 'healthIsKnown' | 'weight' | 'workloadPort' | 'network' | 'from'>

function whoIs(slice: Resource<EndpointSliceSpec>, endpoint: SliceEndpoint, around: SliceSurroundings): { facts: Facts; network?: string; plan?: LoopbackPlan } {
  const { namespace } = slice.metadata
  const isPod = endpoint.targetRef?.kind === 'Pod' && endpoint.targetRef.name !== undefined
  const name = endpoint.targetRef?.name ?? ''
  const pod = isPod ? around.pod(endpoint.targetRef?.namespace ?? namespace, name) : undefined
  if (!pod) {
    const nodeName = endpoint.nodeName ?? ''
    return { facts: { meshTls: false, namespace, serviceAccount: '', labels: {}, locality: localityOf(undefined, nodeName, around), cluster: slice.cluster, nodeName } }
  }
  const labels = pod.metadata.labels ?? {}
  const workload = workloadName(pod.metadata)
  const nodeName = pod.spec.nodeName ?? endpoint.nodeName ?? ''
  const plan = around.plan(pod.metadata.namespace, pod.metadata.name)
  const network = labels['topology.istio.io/network']
  return {
    facts: {
      meshTls: speaksMeshTls(labels),
      namespace: pod.metadata.namespace,
      serviceAccount: pod.spec.serviceAccountName ?? '',
      workload: { name: workload, namespace: pod.metadata.namespace, canonicalName: canonicalName(labels, workload), canonicalRevision: canonicalRevision(labels), cluster: pod.cluster },
      labels,
      locality: localityOf(labels, nodeName, around),
      cluster: pod.cluster,
      nodeName,
    },
    ...(network === undefined ? {} : { network }),
    ...(plan ? { plan } : {}),
  }
}

function localityOf(labels: Readonly<Record<string, string>> | undefined, nodeName: string, around: SliceSurroundings): Locality {
  const labelled = labels && labelledLocality(labels)
  if (labelled) return labelled
  const node = nodeName === '' ? undefined : around.node(nodeName)
  return node ? nodeLocality(node.metadata.labels ?? {}) : NO_LOCALITY
}
