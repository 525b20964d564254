/** The few facts of a service that travel with generated configuration, for telemetry and names. */
import type { HostName } from '@istio-ts/foundation'

/** What a name, a metric label or `metadata.filterMetadata.istio.services` says about a service. */
export interface ServiceFacts {
  readonly host: HostName
  /** Resource name (`metadata.name` of a Service; the host for a ServiceEntry). */
  readonly name: string
  readonly namespace: string
}

/**
 * An application protocol as Istio names it. `auto` = not declared, found out by sniffing; `udp` never reaches a view.
 * `http` covers HTTP/1.x, `http2` and `grpc` are HTTP/2, `https` and `tls` are opaque TLS.
 */
export type Protocol = 'http' | 'http2' | 'grpc' | 'grpc-web' | 'http_proxy' | 'https' | 'tls' | 'tcp' | 'mongo' | 'mysql' | 'redis' | 'hbone' | 'auto'

/** A port of a service. */
export interface ServicePortFacts {
  readonly number: number
  readonly name: string
  readonly protocol: Protocol
}

/** True for protocols whose requests the proxy reads and routes. */
export const isHttp = (protocol: Protocol): boolean =>
  protocol === 'http' || protocol === 'http2' || protocol === 'grpc' || protocol === 'grpc-web' || protocol === 'http_proxy'

/** True for protocols that are HTTP/2 on the wire. */
export const isHttp2 = (protocol: Protocol): boolean => protocol === 'http2' || protocol === 'grpc' || protocol === 'grpc-web'

/** True for opaque TLS, routed by server name. */
export const isTls = (protocol: Protocol): boolean => protocol === 'https' || protocol === 'tls'
