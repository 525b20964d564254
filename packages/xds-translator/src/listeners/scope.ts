/** What listeners may depend on: the view, what the client has, and answers that all of them share. */
import type { ProxyView } from '@istio-ts/mesh-model'
import type { AuthorizationScope } from '../authorization/filters.ts'
import { dnsCache } from '../clusters/dns.ts'
import { outboundCluster } from '../names/cluster-name.ts'
import type { Message } from '../wire/message.ts'
import { extensionsOf, type Extensions } from '../extensions.ts'

/** Passed down to everything that makes a listener. */
export interface ListenerScope {
  readonly view: ProxyView
  readonly extensions: Extensions
  /** Workload port -> the port where the proxy listens for it; the same outside a local mesh. */
  readonly toListenPort: (workloadPort: number) => number
  /** Clusters that resolve the request's own host (ServiceEntry DYNAMIC_DNS), with their DNS caches. */
  readonly dynamicClusters: ReadonlyMap<string, Message>
}

/** The scope of a view. */
export function listenerScope(view: ProxyView): ListenerScope {
  const listen = new Map(view.loopback?.inboundPorts.map(({ workloadPort, listen: port }) => [workloadPort, port] as const))
  return { view, extensions: extensionsOf(view.proxy.extensions), toListenPort: (port) => listen.get(port) ?? port, dynamicClusters: dynamicClusters(view) }
}

const dynamicClusters = (view: ProxyView): ReadonlyMap<string, Message> => new Map(view.outbound.upstreams.flatMap((bundle) => bundle.items
  .filter((upstream) => upstream.resolution === 'dynamic-dns')
  .map(({ ref }) => [outboundCluster(ref.host, ref.port, ref.subset), dnsCache(`${ref.host}_dfp_dns_cache`, view.proxy)] as const)))

/** How authorization rules are spelled on this listener. */
export const authorizationScope = (scope: ListenerScope, tcp: boolean): AuthorizationScope => ({ tcp, toListenPort: scope.toListenPort, trustDomains: [scope.view.mesh.trustDomain, ...scope.view.mesh.trustDomainAliases] })
