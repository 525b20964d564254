/** What a request must look like to take a route. All parts that are present must hold. */

/** A comparison of text; `regex` is RE2 and covers the whole text. */
export type StringMatch =
  | { readonly kind: 'exact'; readonly value: string }
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly value: string }

/** A comparison of the path. `segment-prefix` covers `/a` and `/a/b`, not `/ab` (Gateway API, Ingress). */
export type PathMatch = StringMatch | { readonly kind: 'segment-prefix'; readonly value: string } | { readonly kind: 'template'; readonly value: string }

/** A header that must be there (`present`) or look like this; `inverted` turns the answer around. */
export interface HeaderMatch {
  readonly name: string
  readonly match: StringMatch | { readonly kind: 'present' }
  readonly inverted: boolean
}

/** A query parameter; sorted by name in a {@link RouteMatch}. */
export interface QueryParameterMatch {
  readonly name: string
  readonly match: StringMatch | { readonly kind: 'present' }
}

/** The conditions of one route. `{}` apart from the empty lists matches every request. Source conditions (labels, namespace, gateway, port) are decided before. */
export interface RouteMatch {
  /** Name of the match in the user's resource, for `<route>.<match>` names. */
  readonly name?: string
  readonly path?: PathMatch
  readonly ignorePathCase: boolean
  readonly method?: StringMatch
  readonly scheme?: StringMatch
  readonly authority?: StringMatch
  /** Sorted by name, as Istio sends them. */
  readonly headers: readonly HeaderMatch[]
  readonly queryParameters: readonly QueryParameterMatch[]
  /** JWT claims (`@request.auth.claims.a.b` of a VirtualService), the path in steps; only gateways look at them. */
  readonly claims: readonly ClaimMatch[]
  readonly statPrefix?: string
  /** True if the rule had no match at all, which Istio spells differently from a match of everything. */
  readonly isUnconditional: boolean
}

/** A claim of the request's token. */
export interface ClaimMatch {
  readonly path: readonly string[]
  readonly match: StringMatch | { readonly kind: 'present' }
  readonly inverted: boolean
}
