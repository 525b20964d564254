/** How the corpus writes the proxies of a control plane. */
import type { ClientFacts, ConfigStatus } from '../../../apps/cli/src/commands/proxy-status/client-config.ts'

/** One proxy. */
export interface InstanceClient {
  readonly proxyId: string
  readonly clusterId: string
  readonly version: string
  readonly namespace?: string
  readonly cds: ConfigStatus
  readonly lds: ConfigStatus
  readonly rds: ConfigStatus
  readonly eds: ConfigStatus
  readonly ecds: ConfigStatus
}

/** The proxies as facts, types in the order of the corpus' goldens. */
export const clientsOf = (clients: readonly InstanceClient[]): readonly ClientFacts[] =>
  clients.map(({ proxyId, clusterId, version, namespace, cds, lds, rds, eds, ecds }) => ({
    id: proxyId, cluster: clusterId, version, namespace: namespace ?? '',
    statuses: {
      'envoy.config.cluster.v3.Cluster': cds,
      'envoy.config.listener.v3.Listener': lds,
      'envoy.config.route.v3.RouteConfiguration': rds,
      'envoy.config.endpoint.v3.ClusterLoadAssignment': eds,
      'envoy.config.core.v3.TypedExtensionConfig': ecds,
    },
  }))
