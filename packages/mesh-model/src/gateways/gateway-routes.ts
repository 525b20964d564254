/** Route tables of a gateway's HTTP servers. @see istio pilot/pkg/networking/core/gateway.go */
import { compareHosts, hostCovers, type HostName, type Provenance } from '@istio-ts/foundation'
import { httpRoutes, type RouteSurroundings } from '../traffic/http-routes.ts'
import { matchesEverything } from '../traffic/match.ts'
import { compareRules } from '../traffic/virtual-service-nodes.ts'
import type { VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { Route, RouteTable, VirtualHost } from '../view/route-table.ts'
import { isVisibleTo } from '../visibility/export-to.ts'
import type { GatewayServer } from './gateway-servers.ts'
import { servedHosts, sharedHosts } from './served-hosts.ts'

/** What gateway routes need to know of the rest of the mesh. */
export interface GatewayRouteSurroundings {
  /** Namespace of the gateway's workload. */
  readonly namespace: string
  rulesOf(gateway: string): readonly VirtualServiceModel[]
  surroundings(server: GatewayServer): RouteSurroundings
}

interface HostDraft {
  readonly rules: VirtualServiceModel[]
  readonly server: GatewayServer
  requireTls: boolean
}

/** One table for servers that share a listener (plain HTTP), or for one server (HTTPS). */
export function gatewayTable(name: string, servers: readonly GatewayServer[], around: GatewayRouteSurroundings): RouteTable {
  const drafts = new Map<HostName, HostDraft>()
  for (const server of servers) {
    const rules = around.rulesOf(server.gateway).filter((one) => isVisibleTo(one.visibility, around.namespace)).sort(compareRules)
    const served = servedHosts(server.hosts)
    for (const one of rules) for (const host of sharedHosts(one, served)) addRules(drafts, host, one, server)
    // A redirect to HTTPS holds for every host of the server, also for those without routes.
    if (server.server.tls?.httpsRedirect === true) for (const { host } of server.hosts) redirect(drafts, host, server)
  }
  const hosts = [...drafts].sort(([a], [b]) => compareHosts(a, b)).map(([host, draft]) => toVirtualHost(host, draft, around))
  const port = servers[0]?.serverPort ?? 0
  const from: readonly Provenance[] = servers.flatMap((server) => server.from)
  const nothing: VirtualHost = { name: `blackhole:${port}`, domains: ['*'], routes: [], requireTls: false, from }
  return { name, virtualHosts: hosts.length === 0 ? [nothing] : collapse(hosts), unknownHost: 'none', direction: 'gateway', from }
}

function addRules(drafts: Map<HostName, HostDraft>, host: HostName, rules: VirtualServiceModel, server: GatewayServer): void {
  const draft = drafts.get(host)
  if (!draft) drafts.set(host, { rules: [rules], server, requireTls: false })
  else if (!draft.rules.includes(rules)) draft.rules.push(rules)
}

function redirect(drafts: Map<HostName, HostDraft>, host: HostName, server: GatewayServer): void {
  const covered = [...drafts].filter(([name]) => hostCovers(host, name))
  if (covered.length === 0) drafts.set(host, { rules: [], server, requireTls: true })
  for (const [, draft] of covered) draft.requireTls = true
}

function toVirtualHost(host: HostName, draft: HostDraft, around: GatewayRouteSurroundings): VirtualHost {
  const routes = draft.rules.sort(compareRules).flatMap((one) => httpRoutes(one, around.surroundings(draft.server)))
  return {
    name: `${host}:${draft.server.serverPort}`, domains: [host], routes: catchAllsLast(routes), requireTls: draft.requireTls,
    from: [...draft.rules.map((one) => ({ resource: one.ref, path: 'spec.hosts' })), ...draft.server.from],
  }
}

/** Routes of several VirtualServices follow one another; what matches everything must not hide those behind it. */
const catchAllsLast = (routes: readonly Route[]): readonly Route[] =>
  [...routes.filter((route) => !matchesEverything(route.match)), ...routes.filter((route) => matchesEverything(route.match))]

/** Hosts with the same routes share one virtual host, named after the first. */
function collapse(hosts: readonly VirtualHost[]): readonly VirtualHost[] {
  const byRoutes = new Map<string, VirtualHost>()
  for (const host of hosts) {
    const key = JSON.stringify([host.routes, host.requireTls])
    const first = byRoutes.get(key)
    byRoutes.set(key, first ? { ...first, domains: [...first.domains, ...host.domains] } : host)
  }
  return [...byRoutes.values()]
}
