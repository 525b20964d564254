/** Names of the clusters that routes send to. */
import type { RouteTarget } from '@istio-ts/mesh-model'
import { BLACK_HOLE_CLUSTER, outboundCluster, PASSTHROUGH_CLUSTER } from '../names/cluster-name.ts'

/** The cluster of a target. */
export const targetCluster = (target: RouteTarget): string =>
  target.kind === 'upstream' ? outboundCluster(target.ref.host, target.ref.port, target.ref.subset) : target.kind === 'passthrough' ? PASSTHROUGH_CLUSTER : BLACK_HOLE_CLUSTER
