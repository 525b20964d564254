/** One file's text to resources and findings: splits documents, parses values, unfolds lists, and adds places to findings. */
import { parseJsonPath, type ClusterId, type Diagnostic, type JsonPath } from '@istio-ts/foundation'
import type { Resource, SourceDocument } from '../resource.ts'
import { isRecord } from '../validation/is-record.ts'
import { fileTooLarge, notAnObject, syntaxError } from './diagnostics.ts'
import { DEFAULT_LIMITS, type LoadLimits } from './limits.ts'
import { parseValues } from './parse-values.ts'
import { sourceOfItems } from './positions.ts'
import { splitDocuments, type DocumentText } from './split-documents.ts'

/** A parser of one object: a resource of a known kind, or findings. `identity` is set whenever the object says who it is. */
export interface ParsedObject {
  readonly resource?: Resource
  readonly diagnostics: readonly Diagnostic[]
}

/** How to read text. */
export interface LoadOptions {
  /** Name of the file as the user would type it; appears in every finding. */
  readonly file: string
  readonly cluster: ClusterId
  readonly parse: (object: Readonly<Record<string, unknown>>, source: SourceDocument, cluster: ClusterId) => ParsedObject
  readonly limits?: LoadLimits
}

/** What became of one document (or one item of a List). */
export interface LoadedDocument {
  readonly resource?: Resource
  /** Kind, namespace and name as far as the text tells them, also when the document is broken. */
  readonly identity?: DocumentIdentity
  readonly diagnostics: readonly Diagnostic[]
  /** True if the document was refused (syntax, schema or validation): its last good form stays in force. */
  readonly refused: boolean
}

/** Who a document says it is. */
export interface DocumentIdentity {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Everything in a text, in order. @returns one entry per document; findings carry file, line and column. */
export function loadText(text: string, options: LoadOptions): readonly LoadedDocument[] {
  const limits = options.limits ?? DEFAULT_LIMITS
  if (text.length > limits.maxFileLength) return [refusal([fileTooLarge(options.file, limits.maxFileLength)])]
  return splitDocuments(text).flatMap((document, index) => loadDocument(document, index, limits, options))
}

/** One document; several entries for a List. */
function loadDocument(document: DocumentText, index: number, limits: LoadLimits, options: LoadOptions): readonly LoadedDocument[] {
  const parsed = parseValues(document.text, limits)
  if ('problem' in parsed) {
    const { line, column, reason } = parsed.problem
    const at = { file: options.file, line: document.firstLine + line + 1, column: column + 1 }
    return [refusal([syntaxError(at, reason)], guessIdentity(document.text))]
  }
  const sourceAt = sourceOfItems(options.file, index, document.text, document.firstLine)
  return unfold(parsed.value, []).map(({ value, path }) => loadObject(value, sourceAt(path), options))
}

/** `kind: List` (and `ServiceList` and the like with `items`) holds one object per item. */
function unfold(value: unknown, path: JsonPath): readonly { readonly value: unknown; readonly path: JsonPath }[] {
  if (!isRecord(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List') || !Array.isArray(value['items'])) return [{ value, path }]
  return value['items'].flatMap((item: unknown, i) => unfold(item, [...path, 'items', i]))
}

function loadObject(value: unknown, source: SourceDocument, options: LoadOptions): LoadedDocument {
  if (!isRecord(value) && options.file.endsWith('.json')) return { diagnostics: [], refused: false }
  if (!isRecord(value)) return refusal([notAnObject(source.locate([]), value === null ? 'it is empty' : `it is ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`)])
  const { resource, diagnostics } = options.parse(value, source, options.cluster)
  const located = diagnostics.map((finding) => (finding.source ? finding : { ...finding, source: source.locate(parseJsonPath(finding.path ?? '')) }))
  const refused = located.some((finding) => finding.severity === 'error')
  const identity = identityOf(value)
  return { ...(resource && !refused ? { resource } : {}), ...(identity ? { identity } : {}), diagnostics: located, refused }
}

const refusal = (diagnostics: readonly Diagnostic[], identity?: DocumentIdentity): LoadedDocument => ({ diagnostics, refused: true, ...(identity ? { identity } : {}) })

function identityOf(value: Readonly<Record<string, unknown>>): DocumentIdentity | undefined {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {}
  const { name, namespace } = metadata
  const kind = value['kind']
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined
  return { kind, name, namespace: typeof namespace === 'string' ? namespace : '' }
}

/** Reads kind and metadata off the lines of a document that does not parse, so that its last good form is found again. */
function guessIdentity(text: string): DocumentIdentity | undefined {
  const kind = /^ {0,3}kind:\s*["']?([\w-]+)/m.exec(text)?.[1]
  const metadata = /^ {0,3}metadata:([^\n]*(?:\n(?:[ \t]+[^\n]*)?)*)/m.exec(text)?.[1] ?? ''
  const name = /(?:^|[\s{,])name:\s*["']?([\w.-]+)/.exec(metadata)?.[1]
  const namespace = /(?:^|[\s{,])namespace:\s*["']?([\w.-]+)/.exec(metadata)?.[1] ?? ''
  return kind && name ? { kind, name, namespace } : undefined
}
