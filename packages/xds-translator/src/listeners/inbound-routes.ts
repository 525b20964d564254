/** The one route of an inbound server: to the workload. */
import { provenanceId, type Provenance } from '@istio-ts/foundation'
import { present, type Message } from '../wire/message.ts'

/** What names the route. */
export interface InboundRoute {
  /** Route table and cluster. */
  readonly cluster: string
  readonly servicePort: number
  /** gRPC has retries of its own. */
  readonly grpc: boolean
  readonly host: string
  readonly from: readonly Provenance[]
  readonly wantsProvenance: boolean
  /** The proxy lacks the filter that takes peers' metadata out of requests: the program must not see them all the same. */
  readonly hidesPeerMetadata: boolean
}

/** What peers with Istio's filter send. */
const PEER_METADATA_HEADERS: readonly string[] = ['x-envoy-peer-metadata', 'x-envoy-peer-metadata-id']

/** The route table of a server, written into its connection manager. Clients decide about timeouts; a server has none. */
export const inboundRouteTable = (route: InboundRoute): Message => present({
  name: route.cluster,
  validateClusters: false,
  requestHeadersToRemove: route.hidesPeerMetadata ? PEER_METADATA_HEADERS : undefined,
  virtualHosts: [{
    name: `inbound|http|${route.servicePort}`,
    domains: ['*'],
    routes: [present({
      name: 'default',
      match: { prefix: '/' },
      decorator: { operation: `${route.host}:${route.servicePort}/*` },
      metadata: route.wantsProvenance && route.from[0] !== undefined ? { filterMetadata: { 'istio-ts.dev': { from: provenanceId(route.from[0]) } } } : undefined,
      route: present({
        cluster: route.cluster,
        timeout: '0s',
        maxStreamDuration: { maxStreamDuration: '0s', grpcTimeoutHeaderMax: '0s' },
        // A connection that the workload closed just before the request reached it: safe to repeat, nothing was sent.
        retryPolicy: route.grpc ? undefined : { numRetries: 2, retryOn: 'reset-before-request' },
      }),
    })],
  }],
})
