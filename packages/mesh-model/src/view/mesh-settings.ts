/** Mesh-wide settings that shape generated configuration; the part of MeshConfig and the proxy's own ProxyConfig a translator may see. */
import type { MeshProxyConfig } from '@istio-ts/api-types'
import type { ConnectionPool, TcpKeepalive } from './destination-policy.ts'

/** Normalised MeshConfig and ProxyConfig of one class of proxies. */
export interface MeshSettings {
  readonly trustDomain: string
  readonly trustDomainAliases: readonly string[]
  readonly rootNamespace: string
  /** Default `cluster.local`. */
  readonly domain: string
  readonly meshId: string
  readonly connectTimeoutMs: number
  readonly tcpKeepalive?: TcpKeepalive
  readonly protocolDetectionTimeoutMs: number
  readonly dnsRefreshRateMs: number
  readonly h2UpgradePolicy: 'DO_NOT_UPGRADE' | 'UPGRADE'
  readonly pathNormalization: 'DEFAULT' | 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES'
  readonly enableAutoMtls: boolean
  /** MeshConfig `defaultTrafficPolicy.connectionPool`: for upstreams that no service stands behind. */
  readonly defaultConnectionPool: ConnectionPool
  /** Retries where neither route nor service says anything (`defaultHttpRetryPolicy.attempts`); absent = Istio's. */
  readonly defaultRetryAttempts?: number
  readonly verifyCertificateAtClient: boolean
  readonly inboundClusterStatName: string
  readonly outboundClusterStatName: string
  readonly disableEnvoyListenerLog: boolean
  readonly hboneIdleTimeoutMs?: number
  /** TLS parameters of mesh mTLS; empty lists and absent versions = Istio's. */
  readonly meshTls: { readonly minProtocolVersion?: string; readonly cipherSuites: readonly string[]; readonly ecdhCurves: readonly string[] }
  /** TLS parameters of all other TLS. */
  readonly tlsDefaults: { readonly minProtocolVersion?: string; readonly cipherSuites: readonly string[]; readonly ecdhCurves: readonly string[] }
  /** `ProxyConfig` in force: mesh `defaultConfig`, then the proxy's own (metadata PROXY_CONFIG). */
  readonly proxyConfig: MeshProxyConfig
}
