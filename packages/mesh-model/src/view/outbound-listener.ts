/** What a workload's proxy listens to for the workload's own calls. */
import type { Cidr4or6, TcpAction } from './tcp-route.ts'
import type { HostName, Provenance } from '@istio-ts/foundation'
import type { Protocol, ServiceFacts } from './service-facts.ts'

/** HTTP on a listener: requests go by the named route table. */
export interface HttpChain {
  /** Name of a `RouteTable` of the same view. */
  readonly routeTable: string
  /** True if the ALPN or version must be sniffed before HTTP is taken for granted. */
  readonly protocol: Protocol
  readonly from: readonly Provenance[]
}

/** Opaque bytes on a listener: chosen by server names and destination addresses, tried in order. */
export interface TcpChain {
  /** TLS server names (SNI); empty = any, and no TLS needed. */
  readonly serverNames: readonly string[]
  /** Destination ranges; empty = any. */
  readonly destinations: readonly Cidr4or6[]
  readonly action: TcpAction
  /** Application protocol that a TCP codec filter may read (mongo, mysql, redis), else `tcp` or `tls`. */
  readonly protocol: Protocol
  readonly service?: ServiceFacts
  readonly from: readonly Provenance[]
}

/**
 * One outbound listener. `protocol` says how bytes are told apart:
 * - `http`: HTTP by `http` (with sniffing only as far as `unmatched` needs it),
 * - `tcp`: by `chains`, `tls`: by server name with `chains`,
 * - `auto`: HTTP goes to `http`, the rest to `chains`.
 */
export interface OutboundListener {
  /** Address, `0.0.0.0` or `::` for all, a service address, `127.0.0.1` in a local mesh, or `unix:///path`. */
  readonly bind: string
  /** More addresses of the same listener (dual stack). */
  readonly additionalBinds: readonly string[]
  readonly port: number
  readonly protocol: 'http' | 'tcp' | 'tls' | 'auto'
  /** False when a virtual listener captures and hands over connections; true when the port is opened. */
  readonly bindToPort: boolean
  readonly http?: HttpChain
  readonly chains: readonly TcpChain[]
  /** Connections that no chain takes: forwarded to where they were going, dropped, or refused. */
  readonly unmatched: 'passthrough' | 'blackhole' | 'none'
  /** A local mesh: the (host, service port) this listener stands for; it accepts any Host header. */
  readonly standsFor?: { readonly host: HostName; readonly port: number }
  /** The service, if the listener has just one. */
  readonly service?: ServiceFacts
  readonly from: readonly Provenance[]
}

/** The HTTP proxy port of a workload (`proxyHttpPort`, or of the loopback plan). */
export interface HttpProxyListener {
  readonly bind: string
  readonly port: number
  /** Always `http_proxy`. */
  readonly routeTable: string
  /**
   * A local mesh: `CONNECT host:port` is handed to the outbound listener of that (host, port) on loopback; `names` are all forms of the
   * host, without port. Empty elsewhere: there CONNECT takes Istio's routes.
   */
  readonly connect: readonly ConnectTarget[]
  /** True in a local mesh: CONNECT is accepted, and unknown hosts go by `unknownHost`. */
  readonly acceptsConnect: boolean
  readonly unknownHost: 'allow-any' | 'block' | 'dynamic-dns'
  readonly from: readonly Provenance[]
}

/** Where a CONNECT request to one of `names` on `port` is handed to. */
export interface ConnectTarget {
  readonly names: readonly string[]
  readonly port: number
  /** Port of the outbound listener on 127.0.0.1. */
  readonly listen: number
}
