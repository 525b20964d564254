/** The kind `istio-ts.dev/v1alpha1/LocalMesh`, the one kind that Kubernetes has no word for. */
import type { Kind } from '../kind.ts'
import type { LocalMeshSpec } from './local-mesh.ts'
import { localMeshSchema } from './schema.ts'
import { validateLocalMesh } from './validate.ts'

export type { LocalGateway, LocalMeshSpec, LocalPort, LocalReadiness, LocalWorkload } from './local-mesh.ts'
export { localMeshInput } from './schema.ts'

/** A mesh on one machine: which processes there are. It lives in a file only, so there is no CRD. */
export const LocalMesh: Kind<LocalMeshSpec> = {
  group: 'istio-ts.dev',
  kind: 'LocalMesh',
  plural: 'localmeshes',
  singular: 'localmesh',
  listKind: 'LocalMeshList',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ name: 'v1alpha1', served: true, storage: true }],
  specAtRoot: false,
  owner: 'local',
  schema: localMeshSchema,
  validate: validateLocalMesh,
}
