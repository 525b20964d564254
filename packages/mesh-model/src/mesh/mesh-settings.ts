/** MeshConfig and ProxyConfig as the model and the translator use them. */
import type { MeshConfig, MeshProxyConfig } from '@istio-ts/api-types'
import { parseDuration } from '@istio-ts/foundation'
import type { ConnectionPool, TcpKeepalive } from '../view/destination-policy.ts'
import type { MeshSettings } from '../view/mesh-settings.ts'

/** Milliseconds of a duration text; undefined if absent or no duration. */
export const durationMs = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseDuration(text))

/** The settings in force for proxies with the given ProxyConfig. `domain` is the installation's, `cluster.local` by default. */
export function meshSettings(mesh: MeshConfig, proxyConfig: MeshProxyConfig, domain: string): MeshSettings {
  const keepalive = mesh.tcpKeepalive && keepaliveOf(mesh.tcpKeepalive)
  const hboneIdle = durationMs(mesh.hboneIdleTimeout)
  return {
    trustDomain: mesh.trustDomain,
    trustDomainAliases: mesh.trustDomainAliases,
    rootNamespace: mesh.rootNamespace,
    domain,
    meshId: proxyConfig.meshId ?? '',
    connectTimeoutMs: durationMs(mesh.connectTimeout) ?? 10_000,
    ...(keepalive ? { tcpKeepalive: keepalive } : {}),
    protocolDetectionTimeoutMs: durationMs(mesh.protocolDetectionTimeout) ?? 0,
    dnsRefreshRateMs: durationMs(mesh.dnsRefreshRate) ?? 60_000,
    h2UpgradePolicy: mesh.h2UpgradePolicy ?? 'DO_NOT_UPGRADE',
    pathNormalization: mesh.pathNormalization?.normalization ?? 'DEFAULT',
    enableAutoMtls: mesh.enableAutoMtls,
    defaultConnectionPool: connectionPoolOf(mesh.defaultTrafficPolicy?.connectionPool),
    ...(mesh.defaultHttpRetryPolicy?.attempts === undefined ? {} : { defaultRetryAttempts: mesh.defaultHttpRetryPolicy.attempts }),
    verifyCertificateAtClient: mesh.verifyCertificateAtClient ?? true,
    inboundClusterStatName: mesh.inboundClusterStatName ?? '',
    outboundClusterStatName: mesh.outboundClusterStatName ?? '',
    disableEnvoyListenerLog: mesh.disableEnvoyListenerLog ?? false,
    ...(hboneIdle === undefined ? {} : { hboneIdleTimeoutMs: hboneIdle }),
    meshTls: tlsSettings(mesh.meshMTLS),
    tlsDefaults: tlsSettings(mesh.tlsDefaults),
    proxyConfig,
  }
}

const tlsSettings = (tls: MeshConfig['meshMTLS']): MeshSettings['meshTls'] => ({
  ...(tls?.minProtocolVersion === undefined ? {} : { minProtocolVersion: tls.minProtocolVersion }),
  cipherSuites: tls?.cipherSuites ?? [],
  ecdhCurves: tls?.ecdhCurves ?? [],
})

/** The API's keepalive with times in seconds. */
function keepaliveOf(keepalive: { readonly probes?: number; readonly time?: string; readonly interval?: string }): TcpKeepalive {
  const [time, interval] = [durationMs(keepalive.time), durationMs(keepalive.interval)]
  return {
    ...(keepalive.probes === undefined || keepalive.probes === 0 ? {} : { probes: keepalive.probes }),
    ...(time === undefined ? {} : { timeSeconds: Math.floor(time / 1000) }),
    ...(interval === undefined ? {} : { intervalSeconds: Math.floor(interval / 1000) }),
  }
}

/** Shape that the API's connection pools share. */
interface ApiPool {
  readonly tcp?: {
    readonly maxConnections?: number
    readonly connectTimeout?: string
    readonly tcpKeepalive?: { readonly probes?: number; readonly time?: string; readonly interval?: string }
    readonly maxConnectionDuration?: string
    readonly idleTimeout?: string
  }
  readonly http?: {
    readonly http1MaxPendingRequests?: number
    readonly http2MaxRequests?: number
    readonly maxRequestsPerConnection?: number
    readonly maxRetries?: number
    readonly idleTimeout?: string
    readonly h2UpgradePolicy?: ConnectionPool['h2UpgradePolicy']
    readonly useClientProtocol?: boolean
    readonly maxConcurrentStreams?: number
    readonly http2KeepAlive?: { readonly interval?: string; readonly timeout?: string; readonly connectionIdleInterval?: string; readonly intervalJitter?: { readonly value?: number } }
  }
}

/** A pool of the API in the view's units; absent fields stay absent. */
export function connectionPoolOf(pool: ApiPool | undefined): ConnectionPool {
  const { tcp = {}, http = {} } = pool ?? {}
  const keepAlive = http.http2KeepAlive
  return dropUndefined({
    connectTimeoutMs: durationMs(tcp.connectTimeout),
    maxConnections: tcp.maxConnections,
    maxConnectionDurationMs: durationMs(tcp.maxConnectionDuration),
    tcpIdleTimeoutMs: durationMs(tcp.idleTimeout),
    keepalive: tcp.tcpKeepalive && keepaliveOf(tcp.tcpKeepalive),
    http1MaxPendingRequests: http.http1MaxPendingRequests,
    http2MaxRequests: http.http2MaxRequests,
    maxRequestsPerConnection: http.maxRequestsPerConnection,
    maxRetries: http.maxRetries,
    httpIdleTimeoutMs: durationMs(http.idleTimeout),
    h2UpgradePolicy: http.h2UpgradePolicy,
    useClientProtocol: http.useClientProtocol,
    maxConcurrentStreams: http.maxConcurrentStreams,
    http2Keepalive: keepAlive && dropUndefined({
      intervalMs: durationMs(keepAlive.interval), timeoutMs: durationMs(keepAlive.timeout),
      connectionIdleIntervalMs: durationMs(keepAlive.connectionIdleInterval), intervalJitterPercent: keepAlive.intervalJitter?.value,
    }),
  })
}

/** The same record without the fields that are undefined. */
export const dropUndefined = <T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
