/** Listeners and filter chains, compiled and frozen; what lives (sockets, connections) is `LiveListener`. */
import type { Cidr } from '@istio-ts/foundation'
import type { Address } from '../io/io-engine.ts'
import type { CompiledAccessLog } from '../access-log/access-log.ts'
import type { FilterChain, Listener } from '../config/wire.ts'
import type { CompiledChainFilters } from '../network-filters/network-filter.ts'
import type { CompiledSocket } from '../upstream/transport-socket.ts'

/** A listener. */
export interface CompiledListener {
  readonly name: string
  readonly addresses: readonly Address[]
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED'
  /** False: gets connections only from another listener (original destination); nothing is bound. */
  readonly bind: boolean
  readonly reusePort: boolean
  readonly backlog: number
  readonly chains: readonly CompiledChain[]
  readonly fallback: CompiledChain | undefined
  /** Undefined = not there; else says for which destination ports it is off. */
  readonly tlsInspector: InspectorRule | undefined
  readonly httpInspector: InspectorRule | undefined
  /** Milliseconds for listener filters; 0 = no limit. */
  readonly inspectTimeoutMs: number
  readonly continueOnTimeout: boolean
  readonly accessLogs: readonly CompiledAccessLog[]
  readonly rds: ReadonlySet<string>
  readonly clusters: ReadonlySet<string>
  readonly secrets: ReadonlySet<string>
  /** ECDS names its filters take their configuration from. */
  readonly extensions: ReadonlySet<string>
  /** `kind/name` of what it needs -> initial fetch timeout in milliseconds; 0 = wait for ever. */
  readonly fetchTimeouts: ReadonlyMap<string, number>
  readonly wire: Listener
}

/** True for a destination port where a listener filter is off. */
export interface InspectorRule {
  readonly disabledFor: (port: number) => boolean
}

/** One filter chain; kept by identity while its configuration stays the same, so that its connections live on. */
export interface CompiledChain {
  readonly name: string
  readonly match: ChainMatch
  readonly filters: CompiledChainFilters
  readonly socket: CompiledSocket
  readonly handshakeTimeoutMs: number
  readonly wire: FilterChain
}

/** Criteria; an empty list or undefined asks for nothing. */
export interface ChainMatch {
  readonly port: number | undefined
  readonly ranges: readonly Cidr[]
  /** Lower case; `*.x` kept as `.x`. */
  readonly serverNames: readonly string[]
  readonly transport: string
  readonly alpn: readonly string[]
  readonly directSourceRanges: readonly Cidr[]
  readonly sourceType: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL'
  readonly sourceRanges: readonly Cidr[]
  readonly sourcePorts: readonly number[]
}
