/** Names of statistics: `altStatName` of clusters, by MeshConfig's patterns. @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig */
import type { ServiceFacts } from '@istio-ts/mesh-model'

/** What a pattern may speak of. */
export interface StatNameParts {
  readonly service: ServiceFacts | undefined
  readonly port: number
  readonly portName: string
  readonly subset: string
}

/**
 * The stat name of a cluster. Without a pattern it is the cluster's own name; it always ends with `;`, by which Istio's metric
 * rules know where the name ends.
 */
export function clusterStatName(pattern: string, clusterName: string, parts: StatNameParts): string {
  if (pattern === '') return `${clusterName};`
  const { service } = parts
  const [name = '', namespace = ''] = service === undefined ? [] : [service.host.split('.')[0] ?? '', service.namespace]
  const short = service === undefined ? '' : service.host.endsWith('.svc.cluster.local') || service.host.includes(`.${namespace}.svc.`) ? `${name}.${namespace}` : service.host
  const filled = pattern
    .replaceAll('%SERVICE_FQDN%', service?.host ?? '')
    .replaceAll('%SERVICE_NAME%', service?.name ?? '')
    .replaceAll('%SERVICE%', short)
    .replaceAll('%SERVICE_PORT_NAME%', parts.portName)
    .replaceAll('%SERVICE_PORT%', String(parts.port))
    .replaceAll('%TARGET_PORT%', String(parts.port))
    .replaceAll('%SUBSET_NAME%', parts.subset)
  return `${filled};`
}
