/** The cluster behind an inbound server: the workload itself. */
import { assertNever } from '@istio-ts/foundation'
import type { DefaultEndpoint, InboundServer } from '@istio-ts/mesh-model'
import { address } from '../endpoints/load-assignment.ts'
import { inboundCluster } from '../names/cluster-name.ts'
import { clusterStatName } from '../names/stat-name.ts'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'
import { circuitBreakers } from './circuit-breakers.ts'
import type { ClusterScope } from './cluster-scope.ts'
import { inboundBind } from './fixed-clusters.ts'
import { httpProtocolOptions } from './http-protocol-options.ts'
import { upstreamConnectionOptions } from './keepalive.ts'

/** The largest duration that does not overflow a nanosecond counter: destinations of a sidecar never need cleaning up. */
const NEVER = '9223372035s'

/** `inbound|<workload port>||`. */
export function inboundClusterOf(server: InboundServer, scope: ClusterScope): Message {
  const name = inboundCluster(server.workloadPort)
  const pool = server.connectionPool
  return present({
    name,
    altStatName: clusterStatName(scope.mesh.inboundClusterStatName, name, { service: server.services[0], port: server.servicePort, portName: server.portName, subset: '' }),
    ...target(name, server.defaultEndpoint, scope),
    connectTimeout: duration(pool.connectTimeoutMs ?? scope.mesh.connectTimeoutMs),
    circuitBreakers: circuitBreakers(pool),
    commonLbConfig: {},
    upstreamConnectionOptions: upstreamConnectionOptions(server.keepalive ?? pool.keepalive),
    typedExtensionProtocolOptions: httpProtocolOptions({
      protocol: server.protocol,
      pool,
      keepClientProtocol: server.protocol === 'auto',
      // A workload is not upgraded behind its back: only the port's own protocol decides.
      meshUpgrade: 'DO_NOT_UPGRADE',
      autoSni: false,
      autoSanValidation: false,
    }),
    metadata: server.services.length === 0 ? undefined : { filterMetadata: { istio: { services: server.services.map(({ host, name: service, namespace }) => ({ host, name: service, namespace })) } } },
  })
}

function target(name: string, endpoint: DefaultEndpoint, scope: ClusterScope): Message {
  switch (endpoint.kind) {
    case 'original-dst':
      return { type: 'ORIGINAL_DST', lbPolicy: 'CLUSTER_PROVIDED', cleanupInterval: NEVER, upstreamBindConfig: inboundBind(scope.ipFamilies) }
    case 'address':
      return fixed(name, address({ kind: 'ip', ip: endpoint.address, port: endpoint.port }))
    case 'unix':
      return fixed(name, address(endpoint))
    default:
      return assertNever(endpoint)
  }
}

const fixed = (name: string, at: Message): Message => ({ type: 'STATIC', loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: { address: at } }] }] } })
