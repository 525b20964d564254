/** How a cluster speaks HTTP: `typedExtensionProtocolOptions` of Envoy's HTTP upstream. */
import { isHttp2, type ConnectionPool, type Protocol } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, typed, type Message } from '../wire/message.ts'

/** Key and type of the options in `typedExtensionProtocolOptions`. */
export const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** What decides the options. */
export interface HttpUpstream {
  readonly protocol: Protocol
  readonly pool: ConnectionPool
  /** Requests keep the protocol their client used (auto-detected ports). */
  readonly keepClientProtocol: boolean
  /** The mesh's answer where the pool says DEFAULT. */
  readonly meshUpgrade: 'DO_NOT_UPGRADE' | 'UPGRADE'
  /** Derive SNI, and check the SAN, from the request's own host. */
  readonly autoSni: boolean
  readonly autoSanValidation: boolean
}

/** True if requests are sent as HTTP/2: by protocol, or because a plain HTTP port is upgraded. */
export function speaksHttp2(upstream: Pick<HttpUpstream, 'protocol' | 'pool' | 'meshUpgrade' | 'keepClientProtocol'>): boolean {
  if (upstream.pool.useClientProtocol === true) return false
  if (isHttp2(upstream.protocol)) return true
  if (upstream.protocol !== 'http') return false
  const own = upstream.pool.h2UpgradePolicy ?? 'DEFAULT'
  return own === 'UPGRADE' || (own === 'DEFAULT' && upstream.meshUpgrade === 'UPGRADE')
}

/** The map entry, or undefined when Envoy's defaults (HTTP/1.1) are meant. */
export function httpProtocolOptions(upstream: HttpUpstream): Message | undefined {
  const { pool } = upstream
  const http2 = speaksHttp2(upstream)
  const client = pool.useClientProtocol === true || (upstream.keepClientProtocol && !http2)
  const common = commonOptions(pool)
  const auto = upstream.autoSni || upstream.autoSanValidation
    ? present({ autoSni: upstream.autoSni || undefined, autoSanValidation: upstream.autoSanValidation || undefined })
    : undefined
  if (!http2 && !client && common === undefined && auto === undefined) return undefined
  return {
    [HTTP_PROTOCOL_OPTIONS]: typed(HTTP_PROTOCOL_OPTIONS, present({
      commonHttpProtocolOptions: common,
      upstreamHttpProtocolOptions: auto,
      ...(client
        ? { useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions: http2Options(pool) } }
        : { explicitHttpConfig: http2 ? { http2ProtocolOptions: http2Options(pool) } : { httpProtocolOptions: {} } }),
    })),
  }
}

/** Present (even if empty) as soon as any setting of the pool touches HTTP connections. */
function commonOptions(pool: ConnectionPool): Message | undefined {
  const idleMs = pool.httpIdleTimeoutMs ?? pool.tcpIdleTimeoutMs
  const touched = idleMs !== undefined || (pool.maxRequestsPerConnection ?? 0) > 0 || pool.maxConnectionDurationMs !== undefined
    || (pool.maxConcurrentStreams ?? 0) > 0 || pool.http2Keepalive !== undefined
  if (!touched) return undefined
  return present({
    idleTimeout: idleMs === undefined ? undefined : duration(idleMs),
    maxRequestsPerConnection: (pool.maxRequestsPerConnection ?? 0) > 0 ? pool.maxRequestsPerConnection : undefined,
    maxConnectionDuration: pool.maxConnectionDurationMs === undefined ? undefined : duration(pool.maxConnectionDurationMs),
  })
}

function http2Options(pool: ConnectionPool): Message {
  const keepalive = pool.http2Keepalive
  return present({
    maxConcurrentStreams: (pool.maxConcurrentStreams ?? 0) > 0 ? pool.maxConcurrentStreams : undefined,
    connectionKeepalive: keepalive && present({
      interval: keepalive.intervalMs === undefined ? undefined : duration(keepalive.intervalMs),
      timeout: keepalive.timeoutMs === undefined ? undefined : duration(keepalive.timeoutMs),
      intervalJitter: keepalive.intervalJitterPercent === undefined ? undefined : { value: keepalive.intervalJitterPercent },
      connectionIdleInterval: keepalive.connectionIdleIntervalMs === undefined ? undefined : duration(keepalive.connectionIdleIntervalMs),
    }),
  })
}
