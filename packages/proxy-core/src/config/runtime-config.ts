/**
 * All accepted xDS, compiled and frozen: the seam between configuration and traffic. An update makes a new RuntimeConfig and the
 * proxy swaps one pointer; a request keeps the parts it began with.
 */
import type { CompiledListener } from '../listener/compiled-listener.ts'
import type { RouteTable } from '../router/route-table.ts'
import type { CompiledSecret } from '../secrets/compiled-secret.ts'
import type { CompiledAssignment, CompiledCluster } from '../upstream/compiled-cluster.ts'
import type { Any, Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, Secret } from './wire.ts'

/** A resource as it was accepted. */
export interface Accepted<Wire, Compiled> {
  readonly name: string
  /** The version the control plane gave it. */
  readonly version: string
  /** Wall clock when it was accepted, milliseconds. */
  readonly updatedMs: number
  readonly wire: Wire
  readonly compiled: Compiled
}

/** A resource that may have to wait for others before it serves. */
export interface Warmable<Wire, Compiled> {
  readonly active: Accepted<Wire, Compiled> | undefined
  readonly warming: Accepted<Wire, Compiled> | undefined
}

/** Kinds of resources, in the order in which they are made. */
export type ResourceKind = 'cluster' | 'endpoint' | 'secret' | 'extension' | 'listener' | 'route'

/** The configuration. Never changed, only replaced. */
export interface RuntimeConfig {
  /** Counts accepted updates. */
  readonly generation: number
  readonly clusters: ReadonlyMap<string, Warmable<Cluster, CompiledCluster>>
  readonly endpoints: ReadonlyMap<string, Accepted<ClusterLoadAssignment, CompiledAssignment>>
  readonly listeners: ReadonlyMap<string, Warmable<Listener, CompiledListener>>
  readonly routes: ReadonlyMap<string, Accepted<RouteConfiguration, RouteTable>>
  readonly secrets: ReadonlyMap<string, Accepted<Secret, CompiledSecret>>
  /** ECDS: filter configurations by name. */
  readonly extensions: ReadonlyMap<string, Accepted<Any, Any>>
  /** `kind/name` of dependencies that are no longer waited for. */
  readonly expired: ReadonlySet<string>
  /** What it refers to but does not hold: to be asked for by name. */
  readonly wanted: Wanted
}

/** Names to subscribe to. */
export interface Wanted {
  readonly endpoint: ReadonlySet<string>
  readonly route: ReadonlySet<string>
  readonly secret: ReadonlySet<string>
  readonly extension: ReadonlySet<string>
}

/** Nothing yet. */
export const EMPTY_CONFIG: RuntimeConfig = Object.freeze({
  generation: 0,
  clusters: new Map(),
  endpoints: new Map(),
  listeners: new Map(),
  routes: new Map(),
  secrets: new Map(),
  extensions: new Map(),
  expired: new Set<string>(),
  wanted: { endpoint: new Set<string>(), route: new Set<string>(), secret: new Set<string>(), extension: new Set<string>() },
})
