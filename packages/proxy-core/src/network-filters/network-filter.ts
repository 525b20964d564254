/** What a network filter is: looks at a connection before (or instead of) HTTP. */
import type { ByteStream } from '../io/io-engine.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'
import type { HttpRuntime } from '../http/http-runtime.ts'
import type { Any, RouteConfiguration } from '../config/wire.ts'
import type { Report } from '../config/report.ts'
import type { HcmContext } from '../http/hcm-context.ts'
import type { CompiledAccessLog } from '../access-log/access-log.ts'
import type { RouteTable } from '../router/route-table.ts'

/** One downstream connection on its way through a filter chain. */
export interface Downstream {
  readonly stream: ByteStream
  readonly info: ConnectionInfo
  readonly runtime: HttpRuntime
}

/** What runs on an accepted connection; the listener drains and closes it. */
export interface LiveConnection {
  readonly active: number
  drain(): void
  close(): void
}

/** A filter that decides and lets pass: false = the connection was closed. */
export interface ConnectionGate {
  readonly kind: 'gate'
  /** May return an observer of the connection's end. */
  admit(downstream: Downstream): boolean
}

/** The last filter of a chain: takes the connection over. */
export interface TerminalFilter {
  readonly kind: 'terminal'
  /** Cluster and RDS names it refers to. */
  readonly clusters: ReadonlySet<string>
  /** RDS name -> how long to wait for it at first, milliseconds; 0 = for ever. */
  readonly rds: ReadonlyMap<string, number>
  take(downstream: Downstream, onGone: () => void): LiveConnection
}

export type NetworkFilter = ConnectionGate | TerminalFilter

/** Gates in order, then the filter that takes the connection. */
export interface CompiledChainFilters {
  readonly gates: readonly ConnectionGate[]
  readonly terminal: TerminalFilter | undefined
}

/** Surroundings of compilation. */
export interface NetworkContext extends HcmContext {
  readonly listenerLogs: readonly CompiledAccessLog[]
  /** ECDS configurations that have arrived. */
  readonly extension: (name: string) => Any | undefined
  readonly compileRoutes: (config: RouteConfiguration, report: Report) => RouteTable
}

/** How network filters of one type are made. */
export interface NetworkFilterKind {
  readonly types: readonly string[]
  compile(name: string, config: Any, context: NetworkContext, path: string, report: Report): NetworkFilter | undefined
}
