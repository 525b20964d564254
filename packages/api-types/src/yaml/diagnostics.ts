/** What the loader says about files (codes MESH02xx). */
import type { Diagnostic, SourceLocation } from '@istio-ts/foundation'

/** A document that is not YAML. */
export const syntaxError = (source: SourceLocation, reason: string): Diagnostic => ({
  code: 'MESH0201', severity: 'error', source,
  message: `This YAML document cannot be read: ${reason}. It was left out; what it held before stays in force.`,
  remedy: 'Correct the syntax at this place.',
})

/** A file beyond the limit. */
export const fileTooLarge = (file: string, maxLength: number): Diagnostic => ({
  code: 'MESH0202', severity: 'error', source: { file, line: 1, column: 1 },
  message: `The file is larger than ${maxLength} characters. It was left out; what it held before stays in force.`,
  remedy: 'Split it into smaller files.',
})

/** A document that is no Kubernetes object. */
export const notAnObject = (source: SourceLocation, what: string): Diagnostic => ({
  code: 'MESH0203', severity: 'error', source,
  message: `This document is not a resource: ${what}. It was left out.`,
  remedy: 'A resource has the fields apiVersion, kind and metadata.name.',
})

/** A kind that we do not know or use. */
export const unknownKind = (source: SourceLocation, apiVersion: string, kind: string): Diagnostic => ({
  code: 'MESH0204', severity: 'info', source,
  message: `The mesh does not use ${kind} (${apiVersion}); the document was ignored.`,
  remedy: 'Nothing to do, unless apiVersion or kind is misspelt.',
})

/** A kind of a group that is ours, so probably a spelling mistake. */
export const misspeltKind = (source: SourceLocation, apiVersion: string, kind: string, nearest: string | undefined): Diagnostic => ({
  code: 'MESH0205', severity: 'error', source,
  message: `There is no kind ${kind} in ${apiVersion}. The document was left out.`,
  remedy: nearest ? `Did you mean ${nearest}?` : 'Check apiVersion and kind.',
})

/** The same resource twice. */
export const duplicateResource = (source: SourceLocation, what: string, first: SourceLocation): Diagnostic => ({
  code: 'MESH0206', severity: 'error', source,
  message: `${what} is already defined at ${first.file}:${first.line}; this second definition was left out.`,
  remedy: 'Keep one of the two.',
})

/** A file that cannot be read. */
export const unreadableFile = (file: string, reason: string): Diagnostic => ({
  code: 'MESH0207', severity: 'error', source: { file, line: 1, column: 1 },
  message: `The file cannot be read: ${reason}. What it held before stays in force.`,
  remedy: 'Make the file readable, or remove it.',
})
