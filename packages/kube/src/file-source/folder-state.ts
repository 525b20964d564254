/**
 * A folder of YAML as a state that never loses anything: a file that cannot be read or parsed keeps its last good documents, one
 * bad document keeps its last good form, and only a missing file or document removes. Pure; `node/` does the watching.
 */
import { describeResource, resourceKey, type Diagnostic, type ResourceKey, type ResourceRef } from '@istio-ts/foundation'
import { refOf, type Resource } from '@istio-ts/api-types'
import { duplicateResource, loadText, unreadableFile, type LoadedDocument, type LoadOptions } from '@istio-ts/api-types/yaml'

/** What was seen of a file: its text, that it cannot be read, or that it is gone. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'missing' }

/** One file as it counts now. */
interface FileState {
  readonly resources: readonly Resource[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Everything known of a folder. Frozen; {@link applyFiles} makes the next one. */
export interface FolderState {
  readonly files: ReadonlyMap<string, FileState>
  /** The resources in force, by key: of several with one key, the first by file name. */
  readonly resources: ReadonlyMap<ResourceKey, Resource>
  readonly diagnostics: readonly Diagnostic[]
}

/** What differs between two states. */
export interface FolderChange {
  readonly set: readonly Resource[]
  readonly removed: readonly ResourceRef[]
}

/** How files are loaded; `file` is filled in per file. */
export type FolderOptions = Omit<LoadOptions, 'file'>

/** A folder nobody has looked into yet. */
export const emptyFolder: FolderState = { files: new Map(), resources: new Map(), diagnostics: [] }

/** Takes what was seen of some files. Keys of `contents` are paths relative to the folder. */
export function applyFiles(state: FolderState, contents: ReadonlyMap<string, FileContent>, options: FolderOptions): { readonly state: FolderState; readonly change: FolderChange } {
  const files = new Map(state.files)
  for (const [file, content] of contents) {
    if (content.kind === 'missing') files.delete(file)
    else files.set(file, nextFile(files.get(file), file, content, options))
  }
  const next = settle(files)
  return { state: next, change: difference(state.resources, next.resources) }
}

function nextFile(before: FileState | undefined, file: string, content: Exclude<FileContent, { kind: 'missing' }>, options: FolderOptions): FileState {
  if (content.kind === 'unreadable') return { resources: before?.resources ?? [], diagnostics: [unreadableFile(file, content.reason)] }
  const documents = loadText(content.text, { ...options, file })
  const good = documents.flatMap((document) => document.resource ?? [])
  return { resources: [...good, ...lastGood(before?.resources ?? [], good, documents)], diagnostics: documents.flatMap((document) => document.diagnostics) }
}

/** The code of {@link loadText} for a kind that one of our groups does not have. */
const MISSPELT_KIND = 'MESH0205'

/** The earlier documents that refused ones stand for: by kind and name where the text still tells them, else all that are missing now. */
function lastGood(before: readonly Resource[], good: readonly Resource[], documents: readonly LoadedDocument[]): readonly Resource[] {
  const refused = documents.filter((document) => document.refused)
  if (refused.length === 0) return []
  const present = new Set(good.map((resource) => resourceKey(refOf(resource))))
  const missing = before.filter((resource) => !present.has(resourceKey(refOf(resource))))
  if (refused.some((document) => document.identity === undefined)) return missing
  return missing.filter((resource) => refused.some((document) => isAbout(document, resource)))
}

/** True if the refused document is the new form of this resource. Where the very kind is misspelt, the name has to do. */
function isAbout({ identity, diagnostics }: LoadedDocument, { kind, metadata }: Resource): boolean {
  if (!identity || identity.name !== metadata.name || (identity.namespace !== '' && identity.namespace !== metadata.namespace)) return false
  return identity.kind === kind || diagnostics.some(({ code }) => code === MISSPELT_KIND)
}

function settle(files: ReadonlyMap<string, FileState>): FolderState {
  const resources = new Map<ResourceKey, Resource>()
  const diagnostics: Diagnostic[] = []
  for (const [, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    diagnostics.push(...file.diagnostics)
    for (const resource of file.resources) {
      const key = resourceKey(refOf(resource))
      const first = resources.get(key)
      if (!first) resources.set(key, resource)
      else if (first.source && resource.source) diagnostics.push({ ...duplicateResource(resource.source.locate([]), describeResource(refOf(resource)), first.source.locate([])), resource: refOf(resource) })
    }
  }
  return { files, resources, diagnostics }
}

function difference(before: ReadonlyMap<ResourceKey, Resource>, after: ReadonlyMap<ResourceKey, Resource>): FolderChange {
  return {
    set: [...after].filter(([key, resource]) => before.get(key) !== resource).map(([, resource]) => resource),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, resource]) => refOf(resource)),
  }
}
