/** Clusters and endpoints, compiled and frozen; what lives (pools, health, counters) is `Upstream`. */
import type { Address } from '../io/io-engine.ts'
import type { CompiledSocket } from './transport-socket.ts'
import type { PeerFacts } from '../stream/peer.ts'
import type { Cluster } from '../config/wire.ts'

export type ClusterKind = 'EDS' | 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'ORIGINAL_DST' | 'DYNAMIC_FORWARD_PROXY'

export type BalancerKind = 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RANDOM' | 'RING_HASH' | 'MAGLEV' | 'CLUSTER_PROVIDED'

/** A cluster as the proxy uses it. */
export interface CompiledCluster {
  readonly name: string
  /** `alt_stat_name` without Istio's closing `;`, else the name. */
  readonly statName: string
  readonly kind: ClusterKind
  /** EDS: the name to ask for. */
  readonly edsName: string
  /** Present for kinds whose endpoints are in the cluster itself. */
  readonly assignment: CompiledAssignment | undefined
  readonly balancer: BalancerKind
  readonly ring: { readonly minSize: number; readonly maxSize: number; readonly tableSize: number }
  readonly choiceCount: number
  readonly connectTimeoutMs: number
  readonly http: UpstreamHttp
  readonly breakers: CircuitBreakers
  readonly outlier: CompiledOutlier | undefined
  /** Percentage of healthy hosts below which all hosts are used; 0 = never. */
  readonly panicThreshold: number
  readonly localityWeighted: boolean
  readonly overprovisioning: number
  readonly sockets: readonly SocketMatch[]
  readonly socket: CompiledSocket
  readonly metadata: Readonly<Record<string, unknown>>
  /** Istio's `services` metadata: what metrics call the destination. */
  readonly service: ServiceName | undefined
  /** SDS names that must be known before the cluster is used. */
  readonly secrets: ReadonlySet<string>
  readonly sourceIp: string | undefined
  readonly dnsRefreshMs: number
  readonly respectDnsTtl: boolean
  readonly dnsFamily: 'V4_ONLY' | 'V6_ONLY' | 'AUTO' | 'ALL' | 'V4_PREFERRED'
  /** ORIGINAL_DST: header that may name the destination; '' = none. */
  readonly originalDstHeader: string
  /** ORIGINAL_DST: fixed port, 0 = that of the connection. */
  readonly originalDstPort: number
  readonly initialFetchTimeoutMs: number
  readonly wire: Cluster
}

export interface ServiceName {
  readonly host: string
  readonly name: string
  readonly namespace: string
}

export interface UpstreamHttp {
  /** `downstream` = the protocol of the client's request. */
  readonly protocol: 'http1' | 'http2' | 'downstream'
  readonly idleTimeoutMs: number
  /** HTTP/1 trailers are passed on (`enable_trailers`). */
  readonly trailers: boolean
  readonly maxRequestsPerConnection: number
  readonly maxConnectionDurationMs: number
  readonly autoSni: boolean
  readonly autoSanValidation: boolean
  readonly maxConcurrentStreams: number
  readonly initialStreamWindow: number
  readonly initialConnectionWindow: number
}

export interface CircuitBreakers {
  readonly maxConnections: number
  readonly maxPending: number
  readonly maxRequests: number
  readonly maxRetries: number
  /** Share of active requests that may be retries (0 to 1); replaces `maxRetries` when set. */
  readonly retryBudget: { readonly share: number; readonly minimum: number } | undefined
}

export interface CompiledOutlier {
  readonly consecutive5xx: number
  readonly enforcing5xx: number
  readonly consecutiveGateway: number
  readonly enforcingGateway: number
  readonly splitLocal: boolean
  readonly consecutiveLocal: number
  readonly enforcingLocal: number
  readonly intervalMs: number
  readonly baseEjectionMs: number
  readonly maxEjectionMs: number
  readonly maxEjectionPercent: number
}

export interface SocketMatch {
  readonly name: string
  readonly labels: Readonly<Record<string, unknown>>
  readonly socket: CompiledSocket
}

export interface CompiledAssignment {
  readonly name: string
  /** Index = priority. */
  readonly priorities: readonly (readonly CompiledLocality[])[]
  readonly overprovisioning: number | undefined
}

export interface CompiledLocality {
  readonly region: string
  readonly zone: string
  readonly subZone: string
  readonly weight: number
  readonly endpoints: readonly CompiledEndpoint[]
}

export interface CompiledEndpoint {
  /** IP or pipe; `undefined` until DNS answered for a name. */
  readonly address: Address | undefined
  /** Host name and port for DNS clusters. */
  readonly dns: { readonly host: string; readonly port: number } | undefined
  readonly hostname: string
  readonly weight: number
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'DEGRADED' | 'DRAINING'
  readonly socketLabels: Readonly<Record<string, unknown>>
  readonly peer: PeerFacts | undefined
  readonly metadata: Readonly<Record<string, unknown>>
}
