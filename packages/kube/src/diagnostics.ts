/** What this package says of folders; files have their words in `@istio-ts/api-types/yaml`. */
import type { Diagnostic, SourceLocation } from '@istio-ts/foundation'

/** A folder that cannot be looked into, or is gone as a whole. */
export const closedFolder = (folder: string, reason: string): Diagnostic => ({
  code: 'MESH0208',
  severity: 'error',
  source: { file: folder === '' ? '.' : folder, line: 1, column: 1 },
  message: `${folder === '' ? 'The folder of the configuration' : `The folder ${folder}`} cannot be read: ${reason}. What it held before stays in force.`,
  remedy: 'Make it readable again; to take its resources out of force, remove the files one by one or stop the mesh.',
})

/** Another definition of a resource that is in force, in a file that would come first by name. */
export const laterDefinition = (source: SourceLocation, what: string, inForce: SourceLocation): Diagnostic => ({
  code: 'MESH0209',
  severity: 'error',
  source,
  message: `${what} is in force as defined at ${inForce.file}:${inForce.line}; this definition, which came later, was left out.`,
  remedy: `Keep one of the two. If both stay, this one counts after the next start, because ${source.file} comes before ${inForce.file} by name.`,
})
