/** Resources of the bootstrap file as updates. */
import { fromJson, type MessageName, type Messages } from '@istio-ts/api-types/envoy'
import type { NamedResource, ResourceUpdate } from '@istio-ts/proxy-core'
import type { StaticResources } from '../bootstrap.ts'
import { badStaticResource } from '../errors.ts'

/** One update per kind, in the order in which they can be used. @throws MeshError MESH0924 */
export function staticUpdates(resources: StaticResources): readonly ResourceUpdate[] {
  return [
    { kind: 'secret', removed: [], resources: read('secrets', 'envoy.extensions.transport_sockets.tls.v3.Secret', resources.secrets, (secret) => secret.name) },
    { kind: 'cluster', removed: [], resources: read('clusters', 'envoy.config.cluster.v3.Cluster', resources.clusters, (cluster) => cluster.name) },
    { kind: 'endpoint', removed: [], resources: read('endpoints', 'envoy.config.endpoint.v3.ClusterLoadAssignment', resources.endpoints, (assignment) => assignment.clusterName) },
    { kind: 'listener', removed: [], resources: read('listeners', 'envoy.config.listener.v3.Listener', resources.listeners, (listener) => listener.name) },
    { kind: 'route', removed: [], resources: read('routes', 'envoy.config.route.v3.RouteConfiguration', resources.routes, (routes) => routes.name) },
  ]
}

function read<N extends MessageName>(kind: string, name: N, list: readonly unknown[] | undefined, nameOf: (wire: Messages[N]) => string | undefined): readonly NamedResource<Messages[N]>[] {
  return (list ?? []).map((json, i) => {
    const { value, problems } = fromJson(name, json)
    const [problem] = problems
    if (problem) throw badStaticResource(kind, `[${i}].${problem.path}: ${problem.message}`)
    return { name: nameOf(value) ?? '', version: 'static', resource: value }
  })
}
