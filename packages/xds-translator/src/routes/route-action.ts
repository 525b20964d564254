/** What a route does: forward, redirect or answer. */
import type { DirectResponse, Forward, Mirror, Redirect, Rewrite, Route, WeightedDestination } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'
import { millionths } from './fault-config.ts'
import { hashPolicy } from './hash-policy.ts'
import { authorityOf, headerOperations } from './header-operations.ts'
import { retryPolicy } from './retry-policy.ts'
import { targetCluster } from './route-target.ts'

/** `route`: where requests go. gRPC's own timeout header may not exceed the route's. */
export function forwardAction(forward: Forward, route: Route): Message {
  const [only, ...others] = forward.destinations
  const authority = forward.rewrite?.authority || authorityOf(route.headers) || (others.length === 0 && only !== undefined ? authorityOf(only.headers) : undefined)
  return present({
    ...destinations(forward.destinations),
    timeout: duration(forward.timeoutMs),
    maxGrpcTimeout: duration(forward.timeoutMs),
    retryPolicy: forward.retries && retryPolicy(forward.retries),
    ...(forward.rewrite === undefined ? {} : rewrite(forward.rewrite, route)),
    hostRewriteLiteral: authority,
    requestMirrorPolicies: forward.mirrors.length === 0 ? undefined : forward.mirrors.map(mirror),
    hashPolicy: forward.hashOn.length === 0 ? undefined : forward.hashOn.map(hashPolicy),
  })
}

/** One destination is a cluster; several are weighted, and those of weight 0 are left out. */
function destinations(all: readonly WeightedDestination[]): Message {
  const [only] = all
  if (all.length === 1 && only !== undefined) return { cluster: targetCluster(only.target) }
  return { weightedClusters: { clusters: all.filter((destination) => destination.weight > 0).map(weighted) } }
}

const weighted = (destination: WeightedDestination): Message => present({
  name: targetCluster(destination.target),
  weight: destination.weight,
  ...headerOperations(destination.headers),
  hostRewriteLiteral: authorityOf(destination.headers),
})

/** A rewritten path replaces what the match covered: a prefix, or all of it (Envoy does that for exact and regex matches). */
function rewrite(change: Rewrite, route: Route): Message {
  if (change.pathRegex !== undefined) return { regexRewrite: { pattern: { regex: change.pathRegex.match }, substitution: change.pathRegex.rewrite } }
  if (change.path === undefined || change.path === '') return {}
  // A removed segment prefix must not leave a double slash behind.
  if (route.match.path?.kind === 'segment-prefix' && change.path === '/') {
    const prefix = route.match.path.value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return { regexRewrite: { pattern: { regex: `^${prefix}(/?)(.*)` }, substitution: '/\\2' } }
  }
  return { prefixRewrite: change.path }
}

/** Mirrors keep the authority as it was; a share that the user wrote counts in millionths. */
const mirror = ({ target, percent }: Mirror): Message => ({
  cluster: targetCluster(target),
  runtimeFraction: { defaultValue: percent === undefined ? { numerator: 100 } : millionths(percent) },
  traceSampled: false,
  disableShadowHostSuffixAppend: true,
})

const REDIRECT_CODES: Readonly<Record<number, string>> = { 302: 'FOUND', 303: 'SEE_OTHER', 307: 'TEMPORARY_REDIRECT', 308: 'PERMANENT_REDIRECT' }

/** `redirect`; 301 is the enum's zero value. The path is always written, empty = unchanged. */
export const redirectAction = (redirect: Redirect, listenPort: number): Message => present({
  hostRedirect: redirect.authority || undefined,
  ...(redirect.prefixRewrite === undefined ? { pathRedirect: redirect.path ?? '' } : { prefixRewrite: redirect.prefixRewrite }),
  schemeRedirect: redirect.scheme || undefined,
  portRedirect: redirect.port ?? (redirect.derivePort === 'FROM_REQUEST_PORT' ? listenPort : undefined),
  responseCode: REDIRECT_CODES[redirect.code],
})

/** `directResponse`. */
export const directResponseAction = ({ status, body }: DirectResponse): Message =>
  present({ status, body: body && (body.kind === 'string' ? { inlineString: body.text } : { inlineBytes: body.base64 }) })
