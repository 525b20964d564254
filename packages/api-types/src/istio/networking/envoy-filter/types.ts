/** What a user writes in an EnvoyFilter. */
import type { NetworkingWorkloadSelector, PolicyTargetReference } from '../../shared/workload-selector.ts'

/** Patches of the configuration that proxies get. @see https://istio.io/latest/docs/reference/config/networking/envoy-filter */
export interface EnvoyFilterSpec {
  /** Workloads of the namespace (in the root namespace: of the mesh); absent: all. */
  readonly workloadSelector?: NetworkingWorkloadSelector
  /** Gateways of the Gateway API and waypoints; not together with `workloadSelector`. */
  readonly targetRefs?: readonly PolicyTargetReference[]
  /** Patches, applied in order. */
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
  /** Which part of the configuration is patched. */
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
  /** What happens to the part. */
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
  /** Port of the listener. */
  readonly portNumber?: number
  /** Name of the service port; not used by Istio any more. */
  readonly portName?: string
  /** Name of the listener. */
  readonly name?: string
  readonly filterChain?: FilterChainMatch
  /** A listener filter by name. */
  readonly listenerFilter?: string
}

/** Which filter chains. */
export interface FilterChainMatch {
  /** Name of the filter chain. */
  readonly name?: string
  /** Server name that the chain matches. */
  readonly sni?: string
  /** `raw_buffer` or `tls`. */
  readonly transportProtocol?: string
  /** ALPN protocols that the chain matches, separated by commas. */
  readonly applicationProtocols?: string
  /** Original port that the chain matches. */
  readonly destinationPort?: number
  /** Name of the transport socket of the chain. */
  readonly transportSocket?: string
  readonly filter?: FilterMatch
}

/** Which filters. */
export interface FilterMatch {
  /** Name of the filter, e.g. `envoy.filters.network.http_connection_manager`. */
  readonly name?: string
  /** A filter inside the HTTP connection manager. */
  readonly subFilter?: SubFilterMatch
}

/** Which inner filters. */
export interface SubFilterMatch {
  /** Name of the filter inside, e.g. `envoy.filters.http.router`. */
  readonly name?: string
}

/** Which route configurations. */
export interface RouteConfigurationMatch {
  /** Port of the service, or of the server of a gateway. */
  readonly portNumber?: number
  /** Name of the port of a gateway's server. */
  readonly portName?: string
  /** `namespace/name` of a Gateway. */
  readonly gateway?: string
  /** Name of the route configuration. */
  readonly name?: string
  readonly vhost?: VirtualHostMatch
}

/** Which virtual hosts. */
export interface VirtualHostMatch {
  /** Name of the virtual host, `host:port`. */
  readonly name?: string
  /** A domain of the virtual host. */
  readonly domainName?: string
  readonly route?: RouteMatch
}

/** Which routes. */
export interface RouteMatch {
  /** Name of the route. */
  readonly name?: string
  /** What the route does; default `ANY`. */
  readonly action?: 'ANY' | 'ROUTE' | 'REDIRECT' | 'DIRECT_RESPONSE'
}

/** Which clusters. */
export interface ClusterMatch {
  /** Port of the service. */
  readonly portNumber?: number
  /** Full host name of the service. */
  readonly service?: string
  /** Subset of the service. */
  readonly subset?: string
  /** Name of the cluster. */
  readonly name?: string
}

/** A route of a waypoint. */
export interface WaypointRouteMatch {
  /** Name of the route. */
  readonly name?: string
}

/** Which parts of a waypoint. */
export interface WaypointMatch {
  /** Port of the service at the waypoint. */
  readonly portNumber?: number
  readonly filter?: FilterMatch
  readonly route?: WaypointRouteMatch
}
