/** What a local mesh says about itself (codes MESH08xx). */
import type { Diagnostic } from '@istio-ts/foundation'
import { refOf, type Resource } from '@istio-ts/api-types'

const at = (resource: Resource): Pick<Diagnostic, 'resource' | 'source'> => ({ resource: refOf(resource), ...(resource.source ? { source: resource.source.locate([]) } : {}) })

/** Two LocalMesh resources in one folder. */
export const secondLocalMesh = (resource: Resource, first: string): Diagnostic => ({
  code: 'MESH0801', severity: 'error', ...at(resource),
  message: `A folder has one LocalMesh, and ${first} is the first; this one was left out.`,
  remedy: 'Move its workloads into the first, or keep it in a folder of its own.',
})

/** Two services want the same variable. */
export const variableTaken = (mesh: Resource, variable: string, winner: string, loser: string): Diagnostic => ({
  code: 'MESH0802', severity: 'warning', ...at(mesh),
  message: `The variable ${variable} means ${winner}; ${loser} does not get it.`,
  remedy: 'Use the variable with the namespace in its name.',
})
