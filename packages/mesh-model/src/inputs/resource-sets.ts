/** The resources of all clusters as one collection per kind. */
import type { Kind, Resource } from '@istio-ts/api-types'
import { equalApartFrom, type Collection, type Graph } from '@istio-ts/collections'
import type { ClusterId } from '@istio-ts/foundation'
import type { MeshInputs } from './mesh-inputs.ts'

/** Where a resource was read, and bookkeeping of the API server: a change of those alone must not push the mesh. */
const sameMeaning = (a: Resource, b: Resource): boolean =>
  sameBody(a, b) && equalApartFrom('resourceVersion', 'generation', 'managedFields')(a.metadata, b.metadata)
const sameBody = equalApartFrom('source', 'metadata')

/** Collections by kind; each is made on first use, so only kinds somebody reads cost anything. */
export interface ResourceSets {
  /** Of all clusters, keyed `cluster/namespace/name`. */
  everywhere<Spec, Status>(kind: Kind<Spec, Status>): Collection<Resource<Spec, Status>>
  /** Configuration is read from one cluster, the first of the inputs; keyed alike. */
  config<Spec, Status>(kind: Kind<Spec, Status>): Collection<Resource<Spec, Status>>
}

/** The key of a resource in {@link ResourceSets}. */
export const setKey = (cluster: ClusterId, namespace: string, name: string): string => `${cluster}/${namespace}/${name}`

/** Joins the clusters of the inputs. Call each kind once: the result is a node of the graph. */
export function resourceSets(graph: Graph, inputs: MeshInputs): ResourceSets {
  const clusters = [...inputs.clusters]
  const ofCluster = <Spec, Status>(kind: Kind<Spec, Status>, id: ClusterId, at: number): Collection<Resource<Spec, Status>> | undefined => {
    const [cluster, input] = clusters[at] ?? []
    if (cluster !== id || !input) return undefined
    return graph.flatMap(
      `${kind.kind}.${kind.group} of ${id}`,
      input.get(kind),
      (resource) => [[setKey(id, resource.metadata.namespace, resource.metadata.name), resource] as const],
      { equal: sameMeaning },
    )
  }
  return {
    everywhere: (kind) => {
      const parts = clusters.flatMap(([id], at) => ofCluster(kind, id, at) ?? [])
      const [only] = parts
      return parts.length === 1 && only ? only : graph.join(`${kind.kind}.${kind.group}`, parts)
    },
    config: (kind) => {
      const part = ofCluster(kind, clusters[0]?.[0] ?? '', 0)
      return part ?? graph.join(`${kind.kind}.${kind.group}`, [])
    },
  }
}
