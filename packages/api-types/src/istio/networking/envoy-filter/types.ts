/** What a user writes in an EnvoyFilter. */
import type { NetworkingWorkloadSelector, PolicyTargetReference } from '../../shared/workload-selector.ts'

/** Patches of the configuration that proxies get. @see https://istio.io/latest/docs/reference/config/networking/envoy-filter */
export interface EnvoyFilterSpec {
  /** Workloads of the namespace (in the root namespace: of the mesh); absent: all. */
  readonly workloadSelector?: NetworkingWorkloadSelector
  /** Gateways of the Gateway API and waypoints; not together with `workloadSelector`. */
  readonly targetRefs?: readonly PolicyTargetReference[]
  readonly configPatches?: readonly EnvoyConfigObjectPatch[]
  /** Lower ones are applied first; default 0. */
  readonly priority?: number
}

/** What a patch changes. */
export type ApplyTo =
  | 'INVALID'
  | 'LISTENER'
  | 'FILTER_CHAIN'
  | 'NETWORK_FILTER'
  | 'HTTP_FILTER'
  | 'ROUTE_CONFIGURATION'
  | 'VIRTUAL_HOST'
  | 'HTTP_ROUTE'
  | 'CLUSTER'
  | 'EXTENSION_CONFIG'
  | 'BOOTSTRAP'
  | 'LISTENER_FILTER'

/** For which proxies and in which direction. */
export type PatchContext = 'ANY' | 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY' | 'WAYPOINT'

/** One patch. */
export interface EnvoyConfigObjectPatch {
  readonly applyTo?: ApplyTo
  /** Which objects; absent: all of the kind. */
  readonly match?: EnvoyConfigObjectMatch
  readonly patch?: Patch
}

/** How an object is changed. */
export type PatchOperation =
  | 'INVALID'
  | 'MERGE'
  | 'ADD'
  | 'REMOVE'
  | 'INSERT_BEFORE'
  | 'INSERT_AFTER'
  | 'INSERT_FIRST'
  | 'REPLACE'
  | 'MERGE_AND_REPLACE_LIST'

/** A change. */
export interface Patch {
  readonly operation?: PatchOperation
  /** The object or a part of it, in protobuf JSON of Envoy. */
  readonly value?: Readonly<Record<string, unknown>>
  /** Where an added HTTP filter goes. */
  readonly filterClass?: 'UNSPECIFIED' | 'AUTHN' | 'AUTHZ' | 'STATS'
}

/** Which objects are changed; one of listener, routeConfiguration, cluster and waypoint. */
export interface EnvoyConfigObjectMatch {
  /** Default ANY. */
  readonly context?: PatchContext
  readonly proxy?: ProxyMatch
  readonly listener?: ListenerMatch
  readonly routeConfiguration?: RouteConfigurationMatch
  readonly cluster?: ClusterMatch
  readonly waypoint?: WaypointMatch
}

/** Which proxies. */
export interface ProxyMatch {
  /** RE2 for the version of the proxy. */
  readonly proxyVersion?: string
  /** Metadata the node must have. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Which listeners. */
export interface ListenerMatch {
  readonly portNumber?: number
  readonly portName?: string
  readonly name?: string
  readonly filterChain?: FilterChainMatch
  /** A listener filter by name. */
  readonly listenerFilter?: string
}

/** Which filter chains. */
export interface FilterChainMatch {
  readonly name?: string
  readonly sni?: string
  readonly transportProtocol?: string
  readonly applicationProtocols?: string
  readonly destinationPort?: number
  readonly transportSocket?: string
  readonly filter?: FilterMatch
}

/** Which filters. */
export interface FilterMatch {
  readonly name?: string
  /** A filter inside the HTTP connection manager. */
  readonly subFilter?: SubFilterMatch
}

/** Which inner filters. */
export interface SubFilterMatch {
  readonly name?: string
}

/** Which route configurations. */
export interface RouteConfigurationMatch {
  readonly portNumber?: number
  readonly portName?: string
  /** `namespace/name` of a Gateway. */
  readonly gateway?: string
  readonly name?: string
  readonly vhost?: VirtualHostMatch
}

/** Which virtual hosts. */
export interface VirtualHostMatch {
  readonly name?: string
  readonly domainName?: string
  readonly route?: RouteMatch
}

/** Which routes. */
export interface RouteMatch {
  readonly name?: string
  readonly action?: 'ANY' | 'ROUTE' | 'REDIRECT' | 'DIRECT_RESPONSE'
}

/** Which clusters. */
export interface ClusterMatch {
  readonly portNumber?: number
  /** Full host name of the service. */
  readonly service?: string
  readonly subset?: string
  readonly name?: string
}

/** Which parts of a waypoint. */
export interface WaypointMatch {
  readonly portNumber?: number
  readonly filter?: FilterMatch
  readonly route?: { readonly name?: string }
}
