/** What a local mesh says about itself (codes MESH08xx). */
import type { Diagnostic } from '@istio-ts/foundation'
import { refOf, type Resource } from '@istio-ts/api-types'

const at = (resource: Resource): Pick<Diagnostic, 'resource' | 'source'> => ({ resource: refOf(resource), ...(resource.source ? { source: resource.source.locate([]) } : {}) })

/** Two LocalMesh resources in one folder. */
export const secondLocalMesh = (resource: Resource, chosen: string): Diagnostic => ({
  code: 'MESH0801', severity: 'error', ...at(resource),
  message: `A folder has one LocalMesh, and ${chosen} is in force; this one was left out.`,
  remedy: 'Move its workloads into the other one, or keep it in a folder of its own.',
})

/** Two services want the same variable; only an information where the own namespace wins, as one expects. */
export const variableTaken = (mesh: Resource, namespace: string, variable: string, winner: string, loser: string): Diagnostic => ({
  code: 'MESH0802', severity: winner.includes(`.${namespace}.svc.`) ? 'info' : 'warning', ...at(mesh),
  message: `In namespace ${namespace} the variable ${variable} means ${winner}, not ${loser}.`,
  remedy: 'Use the variable with the namespace in its name.',
})

/** The LocalMesh left the folder of a running mesh. */
export const localMeshGone = (mesh: Resource): Diagnostic => ({
  code: 'MESH0803', severity: 'error', ...at(mesh),
  message: 'The folder has no usable LocalMesh any more. The last one stays in force.',
  remedy: 'Bring it back, or take the mesh down with `istioctl local down`.',
})
