/** A user's mistake as data: it flows to status, analysis and the terminal, and the mesh goes on. */
import { describeResource, type ResourceRef } from './resource-ref.ts'

/** `error`: not used as written; `warning`: used, but probably not what was meant; `info`: good to know. */
export type Severity = 'error' | 'warning' | 'info'

/** A place in a file. Lines and columns count from 1; `file` is as the user would type it. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One finding about user input: what is wrong, where, what we did, what to do. */
export interface Diagnostic {
  /** Stable code: Istio's `ISTxxxx` where it has one, else `MESHxxxx`. Codes never change their meaning. */
  readonly code: string
  readonly severity: Severity
  readonly resource?: ResourceRef
  /** JSON path inside the resource, e.g. `spec.http[1].route[0].weight`. */
  readonly path?: string
  readonly source?: SourceLocation
  /** What is wrong and what we did about it; ends with a full stop. */
  readonly message: string
  /** What to do; ends with a full stop. */
  readonly remedy: string
}

/** Formats a location as `file:line:column`, the form editors and terminals make clickable. */
export const formatLocation = (at: SourceLocation): string => `${at.file}:${at.line}:${at.column}`

/** One line for people: `file:line:col: CODE Kind ns/name: message Remedy.` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = diagnostic.source ? `${formatLocation(diagnostic.source)}: ` : ''
  const what = diagnostic.resource ? `${describeResource(diagnostic.resource)}: ` : ''
  const path = diagnostic.path ? `${diagnostic.path}: ` : ''
  return `${where}${diagnostic.severity} ${diagnostic.code} ${what}${path}${diagnostic.message} ${diagnostic.remedy}`.trimEnd()
}

/** True if any finding is an error. */
export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some((d) => d.severity === 'error')
