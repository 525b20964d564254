/** RouteConfiguration compiled: host lookup, then routes in order. All of it is immutable and shared by requests. */
import type { Regex } from '../match/regex.ts'
import type { HeadTest, QueryTest } from '../match/header-matcher.ts'
import type { HeaderEdits } from '../headers/header-edits.ts'
import type { HashPolicy } from './hash-policy.ts'

/** One RDS resource or inline route configuration. */
export interface RouteTable {
  readonly name: string
  /** Domains without wildcard. */
  readonly exact: ReadonlyMap<string, CompiledVirtualHost>
  /** `*.example.com` as `.example.com`, longest first. */
  readonly suffixes: readonly (readonly [string, CompiledVirtualHost])[]
  /** `www.*` as `www.`, longest first. */
  readonly prefixes: readonly (readonly [string, CompiledVirtualHost])[]
  readonly fallback: CompiledVirtualHost | undefined
  readonly ignorePort: boolean
  readonly requestEdits: HeaderEdits
  readonly responseEdits: HeaderEdits
  readonly mostSpecificEditsWin: boolean
  readonly perFilter: FilterSettings
  /** Names of the clusters that routes lead to. */
  readonly clusters: ReadonlySet<string>
}

export interface CompiledVirtualHost {
  readonly name: string
  readonly routes: readonly CompiledRoute[]
  readonly requireTls: 'NONE' | 'EXTERNAL_ONLY' | 'ALL'
  readonly includeAttemptCount: boolean
  readonly includeAttemptCountInResponse: boolean
  readonly requestEdits: HeaderEdits
  readonly responseEdits: HeaderEdits
  readonly perFilter: FilterSettings
}

/** What a level and those around it say of filters, by filter name. */
export interface FilterSettings {
  /** `typed_per_filter_config`, already compiled by the filter. */
  readonly configs: ReadonlyMap<string, unknown>
  /** Filters that are switched on or off here; undefined when none is spoken of, which is the usual case. */
  readonly switches: FilterSwitches | undefined
}

/** Filters by name: on or off. */
export type FilterSwitches = ReadonlyMap<string, boolean>

export type PathMatch =
  | { readonly kind: 'any' }
  | { readonly kind: 'prefix'; readonly prefix: string; readonly caseSensitive: boolean }
  | { readonly kind: 'exact'; readonly path: string; readonly caseSensitive: boolean }
  | { readonly kind: 'separated'; readonly prefix: string; readonly caseSensitive: boolean }
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'template'; readonly regex: Regex }
  | { readonly kind: 'connect' }

export interface CompiledRoute {
  readonly name: string
  readonly match: PathMatch
  readonly headers: readonly HeadTest[]
  readonly query: readonly QueryTest[]
  /** Share of requests that may take this route, 0 to 1. */
  readonly fraction: number
  readonly grpcOnly: boolean
  readonly metadata: readonly DynamicMetadataTest[]
  readonly action: CompiledAction
  readonly requestEdits: HeaderEdits
  readonly responseEdits: HeaderEdits
  readonly perFilter: FilterSettings
  /** Provenance id when the control plane announced it; else `filterMetadata.istio.config`. */
  readonly from: string
  /** `metadata.filterMetadata` of the route: access logs read it as %METADATA(ROUTE:...)%. */
  readonly filterMetadata: Readonly<Record<string, unknown>>
  readonly virtualHost: CompiledVirtualHost
  readonly table: RouteTable
}

/** Reads a value of dynamic metadata and says whether it matches. */
export type DynamicMetadataTest = (metadata: ReadonlyMap<string, Record<string, unknown>> | undefined) => boolean

export type CompiledAction = ForwardAction | RedirectResponse | DirectResponse | NonForwarding

export interface ForwardAction {
  readonly kind: 'forward'
  readonly target: ClusterTarget
  /** Milliseconds; 0 = none. */
  readonly timeoutMs: number
  readonly idleTimeoutMs: number | undefined
  /** `max_grpc_timeout`: undefined = ignore the header, 0 = no bound. */
  readonly maxGrpcTimeoutMs: number | undefined
  /** `max_stream_duration`: how long the whole exchange may last; undefined = as the listener says. */
  readonly duration: StreamDuration | undefined
  readonly rewrite: PathRewrite | undefined
  readonly host: HostRewrite | undefined
  readonly appendXForwardedHost: boolean
  readonly retry: CompiledRetry | undefined
  readonly mirrors: readonly Mirror[]
  readonly hashPolicies: readonly HashPolicy[]
  readonly upgrades: ReadonlyMap<string, RouteUpgrade>
  readonly clusterNotFoundCode: number
  /** Request attributes that select a subset of endpoints (`envoy.lb`). */
  readonly metadataMatch: Readonly<Record<string, unknown>> | undefined
}

/** A route's limit on the life of an exchange, in milliseconds; 0 = none. */
export interface StreamDuration {
  readonly maxMs: number
  /** Bound on what a gRPC client asks for in `grpc-timeout`, which then takes the place of `maxMs`; undefined = the header has no say, 0 = no bound. */
  readonly grpcHeaderMaxMs: number | undefined
  /** Taken off the client's time, so that our answer arrives before the client gives up. */
  readonly grpcHeaderOffsetMs: number
}

export interface RouteUpgrade {
  readonly enabled: boolean
  /** CONNECT only: the payload becomes a TCP connection to the cluster. */
  readonly terminate: boolean
}

export type ClusterTarget =
  | { readonly kind: 'cluster'; readonly name: string }
  | { readonly kind: 'weighted'; readonly total: number; readonly choices: readonly WeightedChoice[] }
  | { readonly kind: 'header'; readonly header: string }

export interface WeightedChoice {
  readonly name: string
  readonly weight: number
  readonly requestEdits: HeaderEdits
  readonly responseEdits: HeaderEdits
  readonly perFilter: FilterSettings
  readonly hostRewrite: string | undefined
  readonly metadataMatch: Readonly<Record<string, unknown>> | undefined
}

export type PathRewrite =
  | { readonly kind: 'prefix'; readonly replacement: string }
  | { readonly kind: 'regex'; readonly regex: Regex; readonly substitution: string }

export type HostRewrite =
  | { readonly kind: 'literal'; readonly host: string }
  | { readonly kind: 'auto' }
  | { readonly kind: 'header'; readonly header: string }
  | { readonly kind: 'path'; readonly regex: Regex; readonly substitution: string }

export interface CompiledRetry {
  /** Bits of {@link RetryOn}. */
  readonly on: number
  readonly attempts: number
  readonly perTryTimeoutMs: number
  readonly perTryIdleTimeoutMs: number
  readonly statusCodes: ReadonlySet<number>
  readonly retriableHeaders: readonly HeadTest[]
  readonly retriableRequestHeaders: readonly HeadTest[]
  readonly baseIntervalMs: number
  readonly maxIntervalMs: number
  readonly avoidPreviousHosts: boolean
  readonly hostSelectionAttempts: number
}

export interface Mirror {
  readonly cluster: string
  readonly fraction: number
  readonly appendSuffix: boolean
}

export interface RedirectResponse {
  readonly kind: 'redirect'
  readonly code: number
  readonly scheme: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly path: string | undefined
  readonly rewrite: PathRewrite | undefined
  readonly stripQuery: boolean
}

export interface DirectResponse {
  readonly kind: 'direct'
  readonly status: number
  readonly body: Uint8Array
}

/** For proxyless gRPC servers; a proxy has nothing to do with such a route and answers 404. */
export interface NonForwarding {
  readonly kind: 'none'
}
