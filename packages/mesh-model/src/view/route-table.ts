/** Ordered matches to actions for a set of hosts: the common meaning of VirtualService, HTTPRoute and Ingress. */
import type { Provenance, ResourceRef } from '@istio-ts/foundation'
import type { CorsPolicy, Fault, HeaderOperations, RouteAction } from './route-action.ts'
import type { RouteMatch } from './route-match.ts'

/** One match and its action; routes of a virtual host are tried in order, the first that matches wins. */
export interface Route {
  /** Name the user gave, `<route>` or `<route>.<match>`; `default` for the route of a service without rules. */
  readonly name?: string
  readonly match: RouteMatch
  readonly action: RouteAction
  readonly headers: HeaderOperations
  readonly fault?: Fault
  readonly cors?: CorsPolicy
  /** The VirtualService (or HTTPRoute) it stands in, for `metadata.filterMetadata.istio.config`; absent for default routes. */
  readonly owner?: ResourceRef
  /** Most specific first: the route, its match. */
  readonly from: readonly Provenance[]
}

/** The hosts that share a list of routes. Keeps its identity as an object while nothing in it changes, also between views. */
export interface VirtualHost {
  /** `<host>:<port>`, as Istio names it. */
  readonly name: string
  /** Host as Istio matches them: with short forms, cluster IPs and, where the table needs it, ports. */
  readonly domains: readonly string[]
  readonly routes: readonly Route[]
  /** Sessions stick to an endpoint (label `istio.io/persistent-session` or `-header` of the service). */
  readonly stickySession?: { readonly kind: 'cookie'; readonly name: string; readonly path: string } | { readonly kind: 'header'; readonly name: string }
  /** True if TLS is required (gateway `httpsRedirect`). */
  readonly requireTls: boolean
  readonly from: readonly Provenance[]
}

/**
 * What happens to a request whose host no virtual host has. `allow-any`: on to where it was going; `block`: 502;
 * `dynamic-dns`: resolved by name; `none`: 404.
 */
export type UnknownHost = 'allow-any' | 'block' | 'dynamic-dns' | 'none'

/** A named set of virtual hosts (Istio: `80`, `host:port`, `http_proxy`, `http.8080`, `https.443.name.gateway.ns`). */
export interface RouteTable {
  readonly name: string
  readonly virtualHosts: readonly VirtualHost[]
  readonly unknownHost: UnknownHost
  /** Outbound or gateway: decides defaults such as port matching in `Host`. */
  readonly direction: 'outbound' | 'gateway'
  readonly from: readonly Provenance[]
}
