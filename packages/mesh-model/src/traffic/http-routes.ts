/** Compiles the HTTP rules of a VirtualService for one source into ordered routes. @see istio pilot/pkg/networking/core/route/route.go */
import type { Destination, HttpRetry, HttpRoute } from '@istio-ts/api-types'
import { resolveShortHost, type HostName, type Provenance } from '@istio-ts/foundation'
import { durationMs } from '../mesh/mesh-settings.ts'
import type { MeshService } from '../services/mesh-service.ts'
import type { HashOn } from '../view/destination-policy.ts'
import type { Forward, Mirror, RouteAction, RouteTarget, WeightedDestination } from '../view/route-action.ts'
import type { Route } from '../view/route-table.ts'
import type { UpstreamRef } from '../view/upstream.ts'
import { corsPolicy, directResponse, fault, headerOperations, NO_HEADER_CHANGES, redirect, rewrite } from './http-actions.ts'
import { compileMatch, matchesEverything, UNCONDITIONAL } from './match.ts'
import { retryPolicy } from './retry.ts'
import { isFor, type RouteSource } from './source.ts'
import type { HttpRule, VirtualServiceModel } from './virtual-service.ts'

/** What compiling needs to know of the rest of the mesh. */
export interface RouteSurroundings {
  readonly source: RouteSource
  readonly domain: string
  readonly defaultRetry: HttpRetry | undefined
  /** The service of a host as the source sees it. */
  service(host: HostName): MeshService | undefined
  /** What requests to a destination are hashed on; empty unless its policy balances by hash. */
  hashOn(ref: UpstreamRef): readonly HashOn[]
}

/** Routes of a VirtualService for a source; a match of everything ends the list, because nothing behind it can be reached. */
export function httpRoutes(service: VirtualServiceModel, around: RouteSurroundings): readonly Route[] {
  const routes: Route[] = []
  for (const rule of service.http) {
    for (const route of routesOf(rule, service, around)) {
      routes.push(route)
      if (matchesEverything(route.match)) return routes
    }
  }
  return routes
}

function* routesOf(rule: HttpRule, service: VirtualServiceModel, around: RouteSurroundings): Iterable<Route> {
  const action = actionOf(rule, around)
  const matches = rule.rule.match ?? []
  if (matches.length === 0) yield route(rule, service, action, UNCONDITIONAL, rule.from)
  for (const [i, match] of matches.entries()) {
    if (!isFor(match, around.source, service.namespace)) continue
    yield route(rule, service, action, compileMatch(match), [...(rule.matchFrom?.[i] ?? withPath(rule.from, `.match[${i}]`)), ...rule.from])
  }
}

function route(rule: HttpRule, service: VirtualServiceModel, action: RouteAction, match: Route['match'], origin: readonly Provenance[]): Route {
  const { name, headers, fault: faults, corsPolicy: cors } = rule.rule
  const fullName = name !== undefined && name !== '' && match.name !== undefined ? `${name}.${match.name}` : name
  const injected = faults && fault(faults, rule.from)
  return {
    ...(fullName === undefined || fullName === '' ? {} : { name: fullName }),
    match,
    action,
    headers: headers ? headerOperations(headers) : NO_HEADER_CHANGES,
    ...(injected ? { fault: injected } : {}),
    ...(cors ? { cors: corsPolicy(cors) } : {}),
    owner: service.ref,
    from: origin,
  }
}

/** The same origins, one step further in. */
const withPath = (origin: readonly Provenance[], step: string): readonly Provenance[] =>
  origin.slice(0, 1).map((one) => ({ resource: one.resource, path: one.path + step }))

function actionOf(rule: HttpRule, around: RouteSurroundings): RouteAction {
  if (rule.rule.redirect) return redirect(rule.rule.redirect)
  if (rule.rule.directResponse) return directResponse(rule.rule.directResponse)
  return forward(rule, around)
}

function forward(rule: HttpRule, around: RouteSurroundings): Forward {
  const { rule: http, namespace } = rule
  const all = http.route ?? []
  const several = all.length > 1
  const destinations = all.flatMap((one, i): WeightedDestination[] => {
    // A weight of zero gets nothing, unless nobody else is there.
    if (several && (one.weight ?? 0) === 0) return []
    const target = targetOf(one.destination, namespace, around)
    return [{
      target, weight: one.weight ?? 0, headers: one.headers ? headerOperations(one.headers) : NO_HEADER_CHANGES,
      from: withPath(rule.from, several ? `.route[${i}].weight` : `.route[${i}]`),
    }]
  })
  const retries = retryPolicy(http.retries, around.defaultRetry, withPath(rule.from, '.retries'))
  const timeoutMs = durationMs(http.timeout)
  return {
    kind: 'forward',
    destinations,
    timeoutMs: timeoutMs ?? 0,
    timeoutIsExplicit: timeoutMs !== undefined,
    ...(retries ? { retries } : {}),
    ...(http.rewrite ? { rewrite: rewrite(http.rewrite) } : {}),
    mirrors: mirrors(rule, around),
    hashOn: destinations.flatMap(({ target }) => (target.kind === 'upstream' ? around.hashOn(target.ref) : [])),
  }
}

/** The upstream a destination names. Without a port: the service's only port, else the port the client addressed. */
export function destinationRef(destination: Destination, namespace: string, around: RouteSurroundings): UpstreamRef {
  const host = resolveShortHost(destination.host.toLowerCase(), namespace, around.domain)
  const ports = around.service(host)?.ports ?? []
  const port = destination.port?.number ?? (ports.length === 1 ? ports[0]?.number : undefined) ?? around.source.port
  return { host, port, subset: destination.subset ?? '' }
}

const targetOf = (destination: Destination, namespace: string, around: RouteSurroundings): RouteTarget =>
  ({ kind: 'upstream', ref: destinationRef(destination, namespace, around) })

function mirrors(rule: HttpRule, around: RouteSurroundings): readonly Mirror[] {
  const { mirrors: several, mirror: one } = rule.rule
  if (one) return mirrorOf(one, singleMirrorPercent(rule.rule), rule, '.mirror', around)
  return (several ?? []).flatMap((mirror, i) => mirrorOf(mirror.destination, mirror.percentage?.value, rule, `.mirrors[${i}]`, around))
}

const singleMirrorPercent = (http: HttpRoute): number | undefined => http.mirrorPercentage?.value ?? (http.mirrorPercentage ? 0 : (http.mirrorPercent ?? http.mirror_percent))

/** A mirror of zero percent is none. */
const mirrorOf = (destination: Destination, percent: number | undefined, rule: HttpRule, step: string, around: RouteSurroundings): readonly Mirror[] =>
  percent === 0 ? [] : [{ target: targetOf(destination, rule.namespace, around), ...(percent === undefined ? {} : { percent }), from: withPath(rule.from, step) }]
