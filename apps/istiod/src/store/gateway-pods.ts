/** Pods for the gateways of a local mesh, so that a Gateway's selector finds them as in a cluster. The package `local` makes those of workloads. */
import { DEFAULT_CLUSTER } from '@istio-ts/foundation'
import type { LocalMeshSpec, PodSpec, Resource } from '@istio-ts/api-types'

/** One Pod per gateway, with its labels. It has no address: nobody calls a gateway through the mesh. */
export const gatewayPods = (mesh: Resource<LocalMeshSpec>): readonly Resource<PodSpec>[] => mesh.spec.gateways.map(({ name, namespace, labels }) => ({
  cluster: DEFAULT_CLUSTER,
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: 'istio-proxy' }] },
  ...(mesh.source ? { source: mesh.source } : {}),
}))
