/** The record of one request (or TCP connection): what happened, for logs, metrics and filters. */
import type { RequestHead, HeaderFields } from '../codec/codec.ts'
import type { ConnectionInfo } from './connection-info.ts'
import type { PeerFacts } from './peer.ts'

/** What a chosen upstream host tells; implemented by `Host`. */
export interface UpstreamHostInfo {
  readonly label: string
  readonly peer: PeerFacts | undefined
}

/** What a chosen cluster tells; implemented by `Upstream`. */
export interface UpstreamClusterInfo {
  readonly name: string
  readonly statName: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Mutable while the stream lives; numbers are bytes and milliseconds. */
export class StreamInfo {
  readonly connection: ConnectionInfo
  /** Wall clock at the first byte of the head. */
  readonly startMs: number
  /** Monotonic clock at the same moment. */
  readonly startMono: number
  endMono = 0
  protocol = ''
  request: RequestHead | undefined
  /** Kept only if a log format reads response headers. */
  response: HeaderFields | undefined
  responseTrailers: HeaderFields | undefined
  responseCode = 0
  responseCodeDetails = ''
  flags = 0
  bytesReceived = 0
  bytesSent = 0
  routeName = ''
  /** Provenance id of the matched route (`filterMetadata["istio-ts.dev"].from`). */
  routeFrom = ''
  /** `filterMetadata` of the matched route. */
  routeMetadata: Readonly<Record<string, unknown>> | undefined
  virtualHost = ''
  upstreamCluster: UpstreamClusterInfo | undefined
  upstreamHost: UpstreamHostInfo | undefined
  upstreamLocalAddress = ''
  upstreamTransportFailure = ''
  upstreamTls = false
  /** SPIFFE id of the verified server certificate. */
  upstreamPrincipal = ''
  /** SPIFFE id of the certificate we presented upstream. */
  upstreamLocalPrincipal = ''
  upstreamServiceTimeMs = -1
  /** Monotonic clock: request complete, first and last byte of the response. */
  requestEndMono = 0
  firstResponseMono = 0
  attempts = 0
  grpcStatus = ''
  /** The peer as request headers (inbound) or response headers (outbound) described it. */
  peer: PeerFacts | undefined
  /** The original path when a rewrite changed it. */
  originalPath = ''
  /** Address the client is taken to have (XFF), without port. */
  remoteIp = ''
  dynamicMetadata: Map<string, Record<string, unknown>> | undefined
  requestMessages = 0
  responseMessages = 0

  constructor(connection: ConnectionInfo, startMs: number, startMono: number) {
    this.connection = connection
    this.startMs = startMs
    this.startMono = startMono
  }

  get durationMs(): number {
    return this.endMono - this.startMono
  }

  /** Sets a value that logs and later filters can read, as Envoy's dynamic metadata. */
  setMetadata(namespace: string, key: string, value: unknown): void {
    const all = (this.dynamicMetadata ??= new Map<string, Record<string, unknown>>())
    const of = all.get(namespace) ?? Object.create(null) as Record<string, unknown>
    of[key] = value
    all.set(namespace, of)
  }
}
