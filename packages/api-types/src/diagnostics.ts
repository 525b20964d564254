/** What api-types finds in user input: every code, its meaning and its remedy, made by one function each. */
import type { Diagnostic, Severity } from '@istio-ts/foundation'

/** A finding before its place and resource are known. */
export type Finding = Pick<Diagnostic, 'code' | 'severity' | 'message' | 'remedy'>

const made = (severity: Severity) => (code: string, message: string, remedy: string): Finding => ({ code, severity, message, remedy })
const error = made('error')
const warning = made('warning')

/** Findings of schemas and of rules that all kinds share. */
export const apiDiagnostics = {
  wrongKind: (wanted: string, given: string): Finding => error('MESH0100', `cannot cast ${given} to ${wanted}.`, `Validate it as ${given}.`),
  schema: (message: string): Finding => error('MESH0101', message, 'Write the value in the form the field has.'),
  celRule: (message: string): Finding => error('MESH0102', message, 'Change the fields so that the rule holds.'),
  unknownField: (name: string, suggestion?: string): Finding =>
    warning('MESH0103', `unknown field ${JSON.stringify(name)} is ignored.`, suggestion === undefined ? 'Remove it or correct its name.' : `Did you mean ${suggestion}?`),
  notAnObject: (what: string): Finding => error('MESH0104', `${what} is not an object.`, 'Write a Kubernetes object with apiVersion, kind and metadata.'),
} as const
