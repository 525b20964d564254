/** What api-types finds in user input: every code, its meaning and its remedy, made by one function each. */
import type { Diagnostic, Severity } from '@istio-ts/foundation'

/** A finding before its place and resource are known. */
export type Finding = Pick<Diagnostic, 'code' | 'severity' | 'message' | 'remedy'>

/** Makes findings of one code; the statement says what is wrong, the remedy may be more to the point than the usual one. */
export type FindingOf = (statement: string, remedy?: string) => Finding

const kindOfFinding = (severity: Severity) => (code: string, usualRemedy: string): FindingOf => (statement, remedy = usualRemedy) => ({
  code,
  severity,
  message: /[.!?]$/.test(statement) ? statement : `${statement}.`,
  remedy,
})
const error = kindOfFinding('error')
const warning = kindOfFinding('warning')

/** Findings of schemas and of rules, by what is wrong. Severity `error`: Istio refuses the resource; `warning`: Istio warns. */
export const apiDiagnostics = {
  /** The resource was checked as another kind than it is. */
  wrongKind: (wanted: string, given: string): Finding => error('MESH0100', `Validate it as ${given}.`)(`cannot cast ${given} to ${wanted}`),
  /** A value has not the form that the schema of the CRD asks for; the text is the API server's. */
  schema: error('MESH0101', 'Write the value in the form the field has.'),
  /** A CEL rule of the CRD does not hold; the text is the API server's. */
  celRule: error('MESH0102', 'Change the fields so that the rule holds.'),
  /** A field that nobody reads. */
  unknownField: (name: string, suggestion?: string): Finding =>
    warning('MESH0103', 'Remove it or correct its name.')(
      `unknown field ${JSON.stringify(name)} is ignored`,
      suggestion === undefined ? undefined : `Did you mean ${suggestion}?`,
    ),
  /** The document as a whole is no Kubernetes object. */
  notAnObject: error('MESH0104', 'Write a Kubernetes object with apiVersion, kind and metadata.'),
  /** The version of the kind is not served. */
  unservedVersion: error('MESH0105', 'Use a served version.'),
  /** Something that must be there is not. */
  missing: error('MESH0110', 'Add it.'),
  /** Fields that exclude each other. */
  conflict: error('MESH0111', 'Keep one of them.'),
  /** A number outside its range. */
  outOfRange: error('MESH0112', 'Choose a number in the range.'),
  /** A name in a form that Kubernetes or Istio does not take. */
  invalidName: error('MESH0113', 'Use lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit.'),
  /** A host name or wildcard in a form that Istio does not take. */
  invalidHost: error('MESH0114', 'Write a DNS name; a wildcard may only be the first label.'),
  /** An IP address, range, socket path or host:port that cannot be read. */
  invalidAddress: error('MESH0115', 'Correct the address.'),
  /** The name or value of an HTTP header. */
  invalidHeader: error('MESH0116', 'Correct the header.'),
  /** A regular expression that RE2 does not take. */
  invalidRegex: error('MESH0117', 'Write it in RE2 syntax, at most 1024 characters: https://github.com/google/re2/wiki/Syntax'),
  /** A duration too short, too long or too precise. */
  invalidDuration: error('MESH0118', 'Write a duration such as 500ms, 10s or 1h.'),
  /** A label or selector in a form that Kubernetes does not take. */
  invalidSelector: error('MESH0119', 'Correct the labels.'),
  /** Who may see the resource contradicts itself. */
  invalidExportTo: error('MESH0120', 'Use ".", "*" or names of namespaces, each once.'),
  /** Something that must be unique occurs twice. */
  duplicate: error('MESH0121', 'Remove one of them.'),
  /** A value that Istio does not support here. */
  unsupported: error('MESH0122', 'Use a supported value.'),
  /** TLS settings that do not fit the mode. */
  invalidTls: error('MESH0123', 'Give what the mode needs and nothing that it does not use.'),
  /** A value that cannot be read. */
  invalidValue: error('MESH0124', 'Correct the value.'),
  /** An annotation that makes Istio refuse the resource. */
  invalidAnnotation: error('MESH0125', 'Remove the annotation.'),
  /** An EnvoyFilter patch that Istio refuses. */
  invalidPatch: error('MESH0126', 'Correct applyTo, match or patch.'),
  /** Still works, but has a successor. */
  deprecated: warning('MESH0130', 'Use the successor.'),
  /** Has no effect, or less than it seems. */
  ineffective: warning('MESH0131', 'Remove it, or change what makes it ineffective.'),
  /** Works, but is seldom meant or has a cost. */
  questionable: warning('MESH0132', 'Check that it is meant.'),
  /** A route that no request can reach (Istio's IST0130). */
  unreachableRule: warning('IST0130', 'Remove the rule or move it up.'),
  /** A match that an earlier one takes all requests from (Istio's IST0131). */
  ineffectiveMatch: warning('IST0131', 'Remove the match or move it up.'),
} as const
