/** What a user writes in a VirtualService. */
import type { StringMatch } from '../../shared/string-match.ts'
import type { Destination, HeaderRules, Percent } from '../../shared/destination.ts'

/** How traffic to some hosts is routed, in the mesh and at gateways. @see https://istio.io/latest/docs/reference/config/networking/virtual-service */
export interface VirtualServiceSpec {
  /** Hosts the routes are for: DNS names, `*.` wildcards or short names of services. Empty in a delegate. */
  readonly hosts?: readonly string[]
  /** Gateways (`namespace/name`) that apply the routes; `mesh` stands for all sidecars and is the default. */
  readonly gateways?: readonly string[]
  /** Ordered routes of HTTP, HTTP/2 and gRPC traffic; the first that matches wins. */
  readonly http?: readonly HttpRoute[]
  /** Ordered routes of TLS traffic that is not terminated here, chosen by SNI. */
  readonly tls?: readonly TlsRoute[]
  /** Ordered routes of opaque TCP traffic. */
  readonly tcp?: readonly TcpRoute[]
  /** Namespaces that see this resource: `.` own, `*` all, or names; default `*`. */
  readonly exportTo?: readonly string[]
}

/** One HTTP rule: when it matches, and what happens then. */
export interface HttpRoute {
  /** Name for logs and for merging of delegates. */
  readonly name?: string
  /** Any of these must match; none = every request. */
  readonly match?: readonly HttpMatchRequest[]
  /** Where requests go; weights share them out. */
  readonly route?: readonly HttpRouteDestination[]
  /** Answers with a redirect instead of forwarding. */
  readonly redirect?: HttpRedirect
  /** Answers with a fixed response instead of forwarding. */
  readonly directResponse?: HttpDirectResponse
  /** Another VirtualService that decides further. */
  readonly delegate?: Delegate
  /** Changes the path or host before forwarding. */
  readonly rewrite?: HttpRewrite
  /** Time for the whole request with its retries; default none. */
  readonly timeout?: string
  /** How failed requests are retried. */
  readonly retries?: HttpRetry
  /** Delays or errors put in on purpose. */
  readonly fault?: HttpFaultInjection
  /** Sends a copy of requests here too; the answer is dropped. */
  readonly mirror?: Destination
  /** Copies to several places; not together with `mirror`. */
  readonly mirrors?: readonly HttpMirrorPolicy[]
  /** Deprecated spelling of `mirrorPercent`. */
  readonly mirror_percent?: number
  /** Deprecated: share of requests to mirror in percent. */
  readonly mirrorPercent?: number
  /** Share of requests to mirror; default 100. */
  readonly mirrorPercentage?: Percent
  /** Cross-origin resource sharing. */
  readonly corsPolicy?: CorsPolicy
  /** Headers to change. */
  readonly headers?: HeaderRules
}

/** A condition on an HTTP request; all given fields must hold. */
export interface HttpMatchRequest {
  /** Name for logs. */
  readonly name?: string
  /** Path of the request, without the query. */
  readonly uri?: StringMatch
  /** URI scheme. */
  readonly scheme?: StringMatch
  /** HTTP method. */
  readonly method?: StringMatch
  /** Host of the request. */
  readonly authority?: StringMatch
  /** Headers, lower case; `@request.auth.claims.` names a JWT claim at a gateway. */
  readonly headers?: Readonly<Record<string, StringMatch>>
  /** Headers that must not match. */
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>
  /** Query parameters. */
  readonly queryParams?: Readonly<Record<string, StringMatch>>
  /** Compare `uri` without regard to case (exact and prefix only). */
  readonly ignoreUriCase?: boolean
  /** Port the client addressed. */
  readonly port?: number
  /** Labels of the client workload; sidecars only. */
  readonly sourceLabels?: Readonly<Record<string, string>>
  /** Namespace of the client workload; sidecars only. */
  readonly sourceNamespace?: string
  /** Gateways this condition is for; a subset of the resource's. */
  readonly gateways?: readonly string[]
  /** Prefix of the statistics of this route. */
  readonly statPrefix?: string
}

/** A destination with its share of the requests. */
export interface HttpRouteDestination {
  readonly destination: Destination
  /** Share relative to the sum of all weights; a sole destination gets everything. */
  readonly weight?: number
  /** Headers to change for this destination. */
  readonly headers?: HeaderRules
}

/** A destination of TLS or TCP traffic with its share. */
export interface RouteDestination {
  readonly destination: Destination
  /** Share relative to the sum of all weights. */
  readonly weight?: number
}

/** Answers with a redirect. */
export interface HttpRedirect {
  /** New path; replaces the whole path. */
  readonly uri?: string
  /** Replaces the matched prefix of the path; not together with `uri`. */
  readonly prefixRewrite?: string
  /** New host. */
  readonly authority?: string
  /** New port. */
  readonly port?: number
  /** Takes the port from the scheme or the request. */
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT'
  /** `http` or `https`. */
  readonly scheme?: string
  /** 301 (the default), 302, 303, 307 or 308. */
  readonly redirectCode?: number
}

/** Answers with a fixed response. */
export interface HttpDirectResponse {
  /** HTTP status. */
  readonly status: number
  readonly body?: HttpBody
}

/** A body, at most 1 MB. */
export interface HttpBody {
  /** As text. */
  readonly string?: string
  /** As base64. */
  readonly bytes?: string
}

/** Names a VirtualService without hosts. */
export interface Delegate {
  /** Name of the VirtualService. */
  readonly name?: string
  /** Default: the namespace of the delegating resource. */
  readonly namespace?: string
}

/** Changes a request before it is forwarded. */
export interface HttpRewrite {
  /** Replaces the path, or the prefix that matched. */
  readonly uri?: string
  /** Replaces the host. */
  readonly authority?: string
  /** Replaces a part of the path by a pattern; not together with `uri`. */
  readonly uriRegexRewrite?: RegexRewrite
}

/** A replacement by pattern. */
export interface RegexRewrite {
  /** RE2 syntax. */
  readonly match?: string
  /** Text with `\1`, `\2`, ... for groups. */
  readonly rewrite?: string
}

/** How failed requests are retried. */
export interface HttpRetry {
  /** How often at most; 0 switches retries off. */
  readonly attempts?: number
  /** Time for each attempt; default: the timeout of the route. */
  readonly perTryTimeout?: string
  /** Conditions of Envoy, comma-separated, or HTTP status codes. */
  readonly retryOn?: string
  /** Whether to retry in other localities. */
  readonly retryRemoteLocalities?: boolean
  /** Whether to avoid hosts already tried; default true. */
  readonly retryIgnorePreviousHosts?: boolean
  /** Least time between attempts; default 25ms. */
  readonly backoff?: string
}

/** Faults put in on purpose. */
export interface HttpFaultInjection {
  readonly delay?: FaultDelay
  readonly abort?: FaultAbort
}

/** A delay before forwarding. */
export interface FaultDelay {
  /** At least 1ms. */
  readonly fixedDelay?: string
  /** Not implemented by Istio. */
  readonly exponentialDelay?: string
  /** Share of requests; default all. */
  readonly percentage?: Percent
  /** Deprecated: share in whole percent. */
  readonly percent?: number
}

/** An error instead of an answer; one of the three kinds. */
export interface FaultAbort {
  /** HTTP status of the answer. */
  readonly httpStatus?: number
  /** Name of a gRPC status, e.g. UNAVAILABLE. */
  readonly grpcStatus?: string
  /** Not implemented by Istio. */
  readonly http2Error?: string
  /** Share of requests; default all. */
  readonly percentage?: Percent
}

/** A copy of requests. */
export interface HttpMirrorPolicy {
  readonly destination: Destination
  /** Share of requests; default 100. */
  readonly percentage?: Percent
}

/** Cross-origin resource sharing. */
export interface CorsPolicy {
  /** Origins that may call; any of these. */
  readonly allowOrigins?: readonly StringMatch[]
  /** Deprecated: exact origins. */
  readonly allowOrigin?: readonly string[]
  /** Methods that are allowed, for Access-Control-Allow-Methods. */
  readonly allowMethods?: readonly string[]
  /** Request headers that are allowed, for Access-Control-Allow-Headers. */
  readonly allowHeaders?: readonly string[]
  /** Response headers that scripts may read, for Access-Control-Expose-Headers. */
  readonly exposeHeaders?: readonly string[]
  /** How long an answer to a preflight may be kept. */
  readonly maxAge?: string
  /** Whether requests with credentials are allowed. */
  readonly allowCredentials?: boolean
  /** What happens to preflights of other origins. */
  readonly unmatchedPreflights?: 'UNSPECIFIED' | 'FORWARD' | 'IGNORE'
}

/** One rule of TLS traffic. */
export interface TlsRoute {
  readonly match: readonly TlsMatchAttributes[]
  readonly route?: readonly RouteDestination[]
}

/** A condition on a TLS connection; all given fields must hold. */
export interface TlsMatchAttributes extends L4MatchAttributes {
  /** Server names the client asks for; any of these. */
  readonly sniHosts: readonly string[]
}

/** What TLS and TCP conditions share. */
export interface L4MatchAttributes {
  /** Ranges (`10.0.0.0/8`) of the original destination. */
  readonly destinationSubnets?: readonly string[]
  /** Port the client addressed. */
  readonly port?: number
  /** Labels of the client workload; sidecars only. */
  readonly sourceLabels?: Readonly<Record<string, string>>
  /** Gateways this condition is for; a subset of the resource's. */
  readonly gateways?: readonly string[]
  /** Namespace of the client workload; sidecars only. */
  readonly sourceNamespace?: string
}

/** One rule of TCP traffic. */
export interface TcpRoute {
  /** Any of these must match; none = every connection. */
  readonly match?: readonly TcpMatchAttributes[]
  readonly route?: readonly RouteDestination[]
}

/** A condition on a TCP connection. */
export interface TcpMatchAttributes extends L4MatchAttributes {
  /** Not implemented by Istio. */
  readonly sourceSubnet?: string
}
