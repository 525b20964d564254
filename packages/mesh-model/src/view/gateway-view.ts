/** What a gateway serves: merged servers of all Gateways that select it. */
import type { Provenance, ResourceRef } from '@istio-ts/foundation'
import type { ServerTls } from './inbound-server.ts'
import type { TcpAction } from './tcp-route.ts'

/** TLS-terminating or opaque chain, chosen by server name; HTTP inside goes by `routeTable`. */
export interface GatewayChain {
  /** TLS server names; empty = any. */
  readonly serverNames: readonly string[]
  /** Absent = plain text. */
  readonly tls?: ServerTls
  /** HTTP: name of the route table; absent for opaque chains. */
  readonly routeTable?: string
  /** Opaque: where connections go, tried in order of `serverNames`. */
  readonly tcp?: TcpAction
  readonly gateway: ResourceRef
  readonly portName: string
  readonly from: readonly Provenance[]
}

/** One port of a gateway. */
export interface GatewayListener {
  readonly bind: string
  /** Where the process listens: the target port of the gateway's service, or the loopback plan's `listen`. */
  readonly port: number
  /** The port in the Gateway resource. */
  readonly serverPort: number
  /** Plain HTTP has one route table (`http`); TLS and TCP have chains. */
  readonly protocol: 'http' | 'tls' | 'tcp'
  readonly routeTable?: string
  readonly chains: readonly GatewayChain[]
  readonly proxyProtocol: boolean
  readonly from: readonly Provenance[]
}

/** Everything a gateway listens to. Route tables and upstreams stand in the outbound view. */
export interface GatewayView {
  readonly key: string
  readonly listeners: readonly GatewayListener[]
}
