/** What happens to a request that took a route. */
import type { Provenance } from '@istio-ts/foundation'
import type { HashOn } from './destination-policy.ts'
import type { StringMatch } from './route-match.ts'
import type { UpstreamRef } from './upstream.ts'

/** Changes of a header set; `set` overwrites, `add` appends. Names as the user wrote them. */
export interface HeaderChanges {
  readonly set: Readonly<Record<string, string>>
  readonly add: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

/** Header changes in both directions. */
export interface HeaderOperations {
  readonly request: HeaderChanges
  readonly response: HeaderChanges
}

/** Where a route may send to: an upstream of the mesh, or on to where the client dialled. */
export type RouteTarget = { readonly kind: 'upstream'; readonly ref: UpstreamRef } | { readonly kind: 'passthrough' } | { readonly kind: 'blackhole' }

/** One of several destinations; weights are relative, and 0 is never chosen unless it is the only one. */
export interface WeightedDestination {
  readonly target: RouteTarget
  readonly weight: number
  readonly headers: HeaderOperations
  readonly from: readonly Provenance[]
}

/** When to try again. */
export interface RetryPolicy {
  readonly attempts: number
  /** Envoy's conditions, comma separated, without numeric status codes. */
  readonly retryOn: string
  readonly statusCodes: readonly number[]
  readonly perTryTimeoutMs?: number
  /** Default true: prefer hosts that have not failed this request. */
  readonly avoidPreviousHosts: boolean
  readonly retryRemoteLocalities: boolean
  readonly backoffMs?: number
  /** True for the mesh's own default policy. */
  readonly isDefault: boolean
  readonly from: readonly Provenance[]
}

/** Change of path and authority before forwarding. */
export interface Rewrite {
  /** Replaces the matched prefix, or the whole path after an exact match. */
  readonly path?: string
  readonly pathRegex?: { readonly match: string; readonly rewrite: string }
  readonly authority?: string
}

/** A copy of requests that nobody waits for. */
export interface Mirror {
  readonly target: RouteTarget
  /** 0..100; `undefined` = all (no fraction written by the user). */
  readonly percent?: number
  readonly from: readonly Provenance[]
}

/** Injected trouble. Percentages 0..100. */
export interface Fault {
  readonly delay?: { readonly fixedMs: number; readonly percent: number; readonly percentIsDefault: boolean; readonly from: readonly Provenance[] }
  readonly abort?: { readonly httpStatus?: number; readonly grpcStatus?: string; readonly percent: number; readonly percentIsDefault: boolean; readonly from: readonly Provenance[] }
}

/** Cross-origin rules. */
export interface CorsPolicy {
  readonly allowOrigins: readonly StringMatch[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly maxAgeMs?: number
  readonly allowCredentials?: boolean
  readonly unmatchedPreflights?: 'FORWARD' | 'IGNORE'
}

/** Send the request to one of `destinations`. */
export interface Forward {
  readonly kind: 'forward'
  readonly destinations: readonly WeightedDestination[]
  /** 0 = none (Istio's default). */
  readonly timeoutMs: number
  /** True if the user wrote a timeout (it also bounds gRPC timeouts). */
  readonly timeoutIsExplicit: boolean
  readonly retries?: RetryPolicy
  readonly rewrite?: Rewrite
  readonly mirrors: readonly Mirror[]
  /** From the consistent hash of the destination's policy. */
  readonly hashOn: readonly HashOn[]
}

/** Answer with a redirect. */
export interface Redirect {
  readonly kind: 'redirect'
  readonly path?: string
  /** Replaces only the matched prefix (Gateway API). */
  readonly prefixRewrite?: string
  readonly authority?: string
  readonly scheme?: string
  readonly port?: number
  /** `FROM_REQUEST_PORT` or `FROM_PROTOCOL_DEFAULT`. */
  readonly derivePort?: 'FROM_REQUEST_PORT' | 'FROM_PROTOCOL_DEFAULT'
  /** Default 301. */
  readonly code: number
}

/** Answer at once. */
export interface DirectResponse {
  readonly kind: 'direct-response'
  readonly status: number
  readonly body?: { readonly kind: 'string'; readonly text: string } | { readonly kind: 'bytes'; readonly base64: string }
}

/** What a route does. */
export type RouteAction = Forward | Redirect | DirectResponse
