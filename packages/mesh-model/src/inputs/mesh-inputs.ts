/** Everything the model reads: one collection per kind and cluster, and what is mesh-wide. Kube, files or tests fill it. */
import type { Kind, LoopbackPlan, MeshConfig, MeshNetworks, Resource } from '@istio-ts/api-types'
import type { Collection, Singleton } from '@istio-ts/collections'
import type { ClusterId } from '@istio-ts/foundation'

/** The resources of one Kubernetes cluster (or of the folder of files that stands for one). */
export interface ClusterInputs {
  /**
   * The collection of a kind, keyed by `namespace/name` (`name` for cluster-scoped kinds). Always the same object for the same
   * kind; empty for kinds that the source does not watch. It lives in the graph that the model is built in.
   */
  get<Spec, Status>(kind: Kind<Spec, Status>): Collection<Resource<Spec, Status>>
}

/** The source collections of the model; all of them live in one graph. */
export interface MeshInputs {
  /** By cluster id. `DEFAULT_CLUSTER` of foundation names the only cluster of a local mesh. */
  readonly clusters: ReadonlyMap<ClusterId, ClusterInputs>
  /** The mesh configuration in force: Istio's defaults with the user's values laid over them. */
  readonly mesh: Singleton<MeshConfig>
  /** The networks of the mesh; `{ networks: {} }` when there is one flat network. */
  readonly networks: Singleton<MeshNetworks>
  /** Who listens where on one machine, keyed by `namespace/name` of the workload; empty on Kubernetes. */
  readonly loopback: Collection<LoopbackPlan>
}
