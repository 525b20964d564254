/** The virtual host of one service port: its names and the routes that hold for a source. */
import type { MeshPort, MeshService } from '../services/mesh-service.ts'
import { serviceFacts } from '../services/mesh-service.ts'
import { NO_HEADER_CHANGES } from '../traffic/http-actions.ts'
import { httpRoutes, type RouteSurroundings } from '../traffic/http-routes.ts'
import { UNCONDITIONAL } from '../traffic/match.ts'
import { retryPolicy } from '../traffic/retry.ts'
import type { VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { Route, VirtualHost } from '../view/route-table.ts'
import type { UpstreamRef } from '../view/upstream.ts'

/** Routes of a service port: those of the rules if they have any for HTTP, else one to the service itself. */
export function serviceRoutes(service: MeshService, port: MeshPort, rules: VirtualServiceModel | undefined, around: RouteSurroundings): readonly Route[] {
  return rules && rules.http.length > 0 ? httpRoutes(rules, around) : [defaultRoute(service, port, around)]
}

/** Everything to the service, with the mesh's retries. */
function defaultRoute(service: MeshService, port: MeshPort, around: RouteSurroundings): Route {
  const ref: UpstreamRef = { host: service.host, port: port.number, subset: '' }
  const from = [...service.from, ...port.from]
  const retries = retryPolicy(undefined, around.defaultRetry, from)
  return {
    name: 'default',
    match: UNCONDITIONAL,
    action: {
      kind: 'forward', destinations: [{ target: { kind: 'upstream', ref }, weight: 0, headers: NO_HEADER_CHANGES, from }],
      timeoutMs: 0, timeoutIsExplicit: false, ...(retries ? { retries } : {}), mirrors: [], hashOn: around.hashOn(ref),
    },
    headers: NO_HEADER_CHANGES,
    from,
  }
}

/** Puts names and routes together. */
export function virtualHost(service: MeshService, port: MeshPort, domains: readonly string[], routes: readonly Route[]): VirtualHost {
  const sticky = stickySession(service)
  return { name: `${serviceFacts(service).host}:${port.number}`, domains, routes, ...(sticky ? { stickySession: sticky } : {}), requireTls: false, from: [...service.from, ...port.from] }
}

/** Sessions that stick to an endpoint: label `istio.io/persistent-session[-header]`; the cookie's value may end with `:path`. */
function stickySession(service: MeshService): VirtualHost['stickySession'] {
  const header = service.labels['istio.io/persistent-session-header']
  if (header !== undefined && header !== '') return { kind: 'header', name: header }
  const cookie = service.labels['istio.io/persistent-session']
  if (cookie === undefined || cookie === '') return undefined
  const colon = cookie.indexOf(':')
  return { kind: 'cookie', name: colon < 0 ? cookie : cookie.slice(0, colon), path: colon < 0 ? '/' : cookie.slice(colon + 1) }
}

/** Leaves out names that an earlier virtual host has; a host left without names goes away. */
export function withoutRepeatedDomains(hosts: readonly VirtualHost[]): readonly VirtualHost[] {
  const taken = new Set<string>()
  return hosts.flatMap((host) => {
    const domains = host.domains.filter((domain) => !taken.has(domain))
    for (const domain of domains) taken.add(domain)
    if (domains.length === 0) return []
    return domains.length === host.domains.length ? [host] : [{ ...host, domains }]
  })
}
