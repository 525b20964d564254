/** How to reach a service or subset: the traffic policy of DestinationRules, merged by precedence once. */
import type { ResourceRef, Provenance } from '@istio-ts/foundation'

/** TCP keepalive; `undefined` = the kernel's. Times in whole seconds. */
export interface TcpKeepalive {
  readonly probes?: number
  readonly timeSeconds?: number
  readonly intervalSeconds?: number
}

/** Limits of the connection pool; `undefined` = not set by the user (Istio's default applies, mostly unlimited). */
export interface ConnectionPool {
  /** Default 10 s (MeshConfig.connectTimeout). */
  readonly connectTimeoutMs?: number
  readonly maxConnections?: number
  readonly maxConnectionDurationMs?: number
  readonly tcpIdleTimeoutMs?: number
  readonly keepalive?: TcpKeepalive
  readonly http1MaxPendingRequests?: number
  readonly http2MaxRequests?: number
  readonly maxRequestsPerConnection?: number
  readonly maxRetries?: number
  readonly httpIdleTimeoutMs?: number
  /** `DEFAULT` = as the mesh says (`h2UpgradePolicy`). */
  readonly h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE'
  readonly useClientProtocol?: boolean
  readonly maxConcurrentStreams?: number
  readonly http2Keepalive?: { readonly intervalMs?: number; readonly timeoutMs?: number; readonly connectionIdleIntervalMs?: number; readonly intervalJitterPercent?: number }
}

/** Ejection of failing endpoints; numbers as the user wrote them, `undefined` = unset. */
export interface OutlierDetection {
  readonly splitExternalLocalOriginErrors?: boolean
  readonly consecutiveLocalOriginFailures?: number
  readonly consecutiveGatewayErrors?: number
  readonly consecutive5xxErrors?: number
  /** Deprecated `consecutiveErrors`: it has no effect of its own, but shows in generated configuration. */
  readonly consecutiveErrors?: number
  readonly intervalMs?: number
  readonly baseEjectionTimeMs?: number
  readonly maxEjectionPercent?: number
  readonly minHealthPercent?: number
}

/** What a consistent hash is made of. */
export type HashOn =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string; readonly path?: string; readonly ttlMs?: number; readonly attributes?: readonly { readonly name: string; readonly value?: string }[] }
  | { readonly kind: 'query-parameter'; readonly name: string }
  | { readonly kind: 'source-ip' }

/** How an endpoint is chosen. */
export type LoadBalancing =
  | { readonly kind: 'least-request' | 'round-robin' | 'random' | 'passthrough' }
  | { readonly kind: 'ring-hash'; readonly on: HashOn; readonly minimumRingSize?: number }
  | { readonly kind: 'maglev'; readonly on: HashOn; readonly tableSize?: number }

/** Slow start of new endpoints. */
export interface Warmup {
  readonly durationMs: number
  readonly minimumPercent?: number
  readonly aggression?: number
}

/** Preference among localities; at most one of distribute, failover and failoverPriority is non-empty. */
export interface LocalityBalancing {
  readonly distribute: readonly { readonly from: string; readonly to: Readonly<Record<string, number>> }[]
  readonly failover: readonly { readonly from: string; readonly to: string }[]
  readonly failoverPriority: readonly string[]
}

/** TLS to an upstream as the user wrote it. File paths, SDS names and credential names are kept as written. */
export interface TlsSettings {
  readonly mode: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL'
  readonly clientCertificate?: string
  readonly privateKey?: string
  readonly caCertificates?: string
  readonly caCrl?: string
  readonly credentialName?: string
  readonly subjectAltNames: readonly string[]
  readonly sni?: string
  readonly insecureSkipVerify?: boolean
}

/** CONNECT or POST tunnel through which connections are made. */
export interface TunnelSettings {
  readonly protocol: 'CONNECT' | 'POST'
  readonly targetHost: string
  readonly targetPort: number
}

/** The merged policy of one upstream. Empty (`{}` pools, least-request) when no rule speaks of it. */
export interface DestinationPolicy {
  readonly loadBalancing: LoadBalancing
  readonly warmup?: Warmup
  /** The preference that the destination's own rule asks for; localities are then weighted. */
  readonly locality?: LocalityBalancing
  /** The preference that orders endpoints: the above, or the mesh's; absent = all localities alike. */
  readonly preference?: LocalityBalancing
  readonly connectionPool: ConnectionPool
  readonly outlier?: OutlierDetection
  /** What the user asked for; the outcome with auto mTLS is `Upstream.tls`. */
  readonly tls?: TlsSettings
  readonly tunnel?: TunnelSettings
  readonly proxyProtocol?: 'V1' | 'V2'
  readonly retryBudget?: { readonly percent: number; readonly minRetryConcurrency: number }
  /** The DestinationRule whose name Istio shows in `metadata.filterMetadata.istio.config`; absent if none applies. */
  readonly rule?: ResourceRef
  readonly from: readonly Provenance[]
}
