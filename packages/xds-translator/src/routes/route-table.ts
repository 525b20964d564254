/** Route tables: virtual hosts, and what happens to hosts that nobody knows. */
import type { RouteTable, RouteTarget, UnknownHost, VirtualHost } from '@istio-ts/mesh-model'
import { statefulSessionConfig } from '../http-filters/stateful-session/index.ts'
import { DYNAMIC_DNS_CLUSTER, PASSTHROUGH_CLUSTER } from '../names/cluster-name.ts'
import { present, type Message } from '../wire/message.ts'
import { routeMessage } from './route.ts'
import { targetCluster } from './route-target.ts'

/** What virtual hosts may depend on besides themselves. */
export interface TableScope {
  readonly wantsProvenance: boolean
}

/** A virtual host. Its name ends with the port that its routes belong to. */
export function virtualHostMessage(host: VirtualHost, scope: TableScope): Message {
  const port = Number(/:(\d+)$/.exec(host.name)?.[1] ?? 0)
  return present({
    name: host.name,
    domains: host.domains,
    includeRequestAttemptCount: host.name.startsWith('blackhole:') ? undefined : true,
    requireTls: host.requireTls ? 'ALL' : undefined,
    typedPerFilterConfig: host.stickySession && statefulSessionConfig(host.stickySession),
    routes: host.routes.length === 0 ? undefined : host.routes.map((route) => routeMessage(route, { port, wantsProvenance: scope.wantsProvenance })),
  })
}

/** The last virtual host, which takes every other host; undefined when such requests get 404. An egress proxy takes what would go on unseen. */
export function unknownHostMessage(unknown: UnknownHost, egressProxy?: RouteTarget): Message | undefined {
  switch (unknown) {
    case 'allow-any':
      return catchAll('allow_any', { route: { cluster: egressProxy === undefined ? PASSTHROUGH_CLUSTER : targetCluster(egressProxy), timeout: '0s', maxGrpcTimeout: '0s' } })
    case 'dynamic-dns':
      return catchAll('allow_any_dynamic_dns', { route: { cluster: DYNAMIC_DNS_CLUSTER, timeout: '0s', maxGrpcTimeout: '0s' } })
    case 'block':
      return catchAll('block_all', { directResponse: { status: 502 } })
    default:
      return undefined
  }
}

const catchAll = (name: string, action: Message): Message => ({ name, domains: ['*'], includeRequestAttemptCount: true, routes: [{ name, match: { prefix: '/' }, ...action }] })

/** The table around its virtual hosts. Ports in Host headers are ignored, because clients write them or not as they like. */
export const routeConfiguration = (table: Pick<RouteTable, 'name'>, virtualHosts: readonly unknown[]): Message => ({
  name: table.name,
  virtualHosts,
  validateClusters: false,
  ignorePortInHostMatching: true,
  // 1 MB: the limit that Istio puts on `directResponse` bodies.
  maxDirectResponseBodySizeBytes: 1_048_576,
})
