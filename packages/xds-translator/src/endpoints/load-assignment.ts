/** Endpoints in Envoy's words: `ClusterLoadAssignment`, per locality, with what telemetry and socket matching want to know. */
import { assertNever } from '@istio-ts/foundation'
import type { Endpoint, EndpointAddress, EndpointGroup, LocalityEndpoints } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'

/** How one endpoint becomes a message (or an already encoded one). */
export type EndpointSpelling = (endpoint: Endpoint) => unknown

/** The assignment of a group under the given resource name. */
export const loadAssignment = (name: string, group: EndpointGroup, spell: EndpointSpelling = lbEndpoint): Message =>
  present({ clusterName: name, endpoints: group.localities.length === 0 ? undefined : group.localities.map((locality) => localityEndpoints(locality, spell)) })

const localityEndpoints = (group: LocalityEndpoints, spell: EndpointSpelling): Message =>
  present({
    locality: present({ region: group.locality.region || undefined, zone: group.locality.zone || undefined, subZone: group.locality.subzone || undefined }),
    lbEndpoints: group.endpoints.map(spell),
    loadBalancingWeight: group.weight,
    priority: group.priority === 0 ? undefined : group.priority,
  })

const HEALTH = { healthy: 'HEALTHY', unhealthy: 'UNHEALTHY', draining: 'DRAINING' } as const

/** An endpoint of EDS: the control plane vouches for its health, unless a user listed it and nobody looks. */
export const lbEndpoint = (endpoint: Endpoint): Message => present({ ...undiscoveredEndpoint(endpoint), healthStatus: endpoint.healthIsKnown ? HEALTH[endpoint.health] : undefined })

/** An endpoint that the proxy resolves itself: nobody knows its health. */
export const undiscoveredEndpoint = (endpoint: Endpoint): Message =>
  present({ endpoint: { address: address(endpoint.address) }, loadBalancingWeight: endpoint.weight, metadata: endpointMetadata(endpoint) })

/** Address of an endpoint; a name only in clusters that the proxy resolves. */
export function address(at: EndpointAddress): Message {
  switch (at.kind) {
    case 'ip':
      return { socketAddress: { address: at.ip, portValue: at.port } }
    case 'dns':
      return { socketAddress: { address: at.host, portValue: at.port } }
    case 'unix':
      return { pipe: { path: at.path } }
    default:
      return assertNever(at)
  }
}

/** `tlsMode` chooses the transport socket; `istio.workload` is `name;namespace;canonical;revision;cluster`. */
function endpointMetadata(endpoint: Endpoint): Message | undefined {
  const { workload } = endpoint
  const filters = present({
    'envoy.transport_socket_match': endpoint.tlsMode === 'istio' ? { tlsMode: 'istio' } : undefined,
    istio: workload && { workload: [workload.name, workload.namespace, workload.canonicalName, workload.canonicalRevision, workload.cluster].join(';') },
  })
  return Object.keys(filters).length === 0 ? undefined : { filterMetadata: filters }
}
