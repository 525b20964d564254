/** Limits of connections and requests. */
import { bool, duration, enumeration, int32, message, plainDuration, uint32, type Field } from './schema/index.ts'

/** Limits of a connection pool. */
export interface ConnectionPoolSettings {
  readonly tcp?: TcpSettings
  readonly http?: HttpSettings
}

/** Limits for TCP and HTTP. */
export interface TcpSettings {
  /** Connections to a destination host; default 2^32 - 1. */
  readonly maxConnections?: number
  /** Default 10s. */
  readonly connectTimeout?: string
  readonly tcpKeepalive?: TcpKeepalive
  /** Default: no limit. */
  readonly maxConnectionDuration?: string
  /** Default 1h; 0s switches it off. */
  readonly idleTimeout?: string
}

/** SO_KEEPALIVE. */
export interface TcpKeepalive {
  /** Probes without answer before the connection is dead; default: of the system. */
  readonly probes?: number
  /** Idle time before the first probe. */
  readonly time?: string
  /** Time between probes. */
  readonly interval?: string
}

/** Limits for HTTP. */
export interface HttpSettings {
  /** Requests that wait for a connection; default 2^32 - 1. */
  readonly http1MaxPendingRequests?: number
  /** Requests at a time; default 2^32 - 1. */
  readonly http2MaxRequests?: number
  /** 1 switches keep-alive off; default 0, no limit. */
  readonly maxRequestsPerConnection?: number
  /** Retries at a time; default 2^32 - 1. */
  readonly maxRetries?: number
  /** Of a connection without requests; default 1h. */
  readonly idleTimeout?: string
  /** Whether HTTP/1.1 is sent on as HTTP/2. */
  readonly h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE'
  /** Send on in the protocol of the client. */
  readonly useClientProtocol?: boolean
  /** Streams of one HTTP/2 connection. */
  readonly maxConcurrentStreams?: number
  /** PING frames. */
  readonly http2KeepAlive?: Http2KeepAlive
}

/** PING frames that find dead HTTP/2 connections. */
export interface Http2KeepAlive {
  /** Time between two pings. */
  readonly interval?: string
  /** Time to wait for the answer to a ping. */
  readonly timeout?: string
}

/** Schema of {@link ConnectionPoolSettings}. */
export const connectionPool = (): Field<ConnectionPoolSettings> =>
  message<ConnectionPoolSettings>({
    http: message<HttpSettings>({
      h2UpgradePolicy: enumeration(['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE']),
      http1MaxPendingRequests: int32(),
      http2KeepAlive: message<Http2KeepAlive>({ interval: duration(), timeout: duration() }),
      http2MaxRequests: int32(),
      idleTimeout: duration(),
      maxConcurrentStreams: int32(),
      maxRequestsPerConnection: int32(),
      maxRetries: int32(),
      useClientProtocol: bool(),
    }),
    tcp: message<TcpSettings>({
      connectTimeout: duration(),
      idleTimeout: plainDuration(),
      maxConnectionDuration: duration(),
      maxConnections: int32(),
      tcpKeepalive: message<TcpKeepalive>({ interval: duration(), probes: uint32(), time: duration() }),
    }),
  })
