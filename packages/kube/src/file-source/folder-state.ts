/**
 * A folder of YAML as a state that never loses anything: a file that cannot be read or parsed keeps its last good documents, one
 * bad document keeps its last good form, and only a missing file or document removes. Pure; `node/` does the watching.
 */
import { describeResource, resourceKey, type Diagnostic, type ResourceKey, type ResourceRef } from '@istio-ts/foundation'
import { refOf, type Resource } from '@istio-ts/api-types'
import { duplicateResource, loadText, unreadableFile, type LoadedDocument, type LoadOptions } from '@istio-ts/api-types/yaml'
import { closedFolder, laterDefinition } from '../diagnostics.ts'

/** What was seen of a file: its text, that it cannot be read, that it is gone; `closed` is a folder (path with a slash at its end) that cannot be looked into. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'missing' }

/** One file as it counts now. */
interface FileState {
  /** What this was made from: the same again makes no difference. */
  readonly content: FileContent
  readonly resources: readonly KeyedResource[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A resource with its key, which is made once: most files stay as they are when one changes. */
interface KeyedResource {
  readonly key: ResourceKey
  readonly resource: Resource
}

/** Everything known of a folder. Frozen; {@link applyFiles} makes the next one. */
export interface FolderState {
  readonly files: ReadonlyMap<string, FileState>
  /** The resources in force, by key. Of several with one key the one that was in force stays in force, until its file lets it go; at first, the first by file name. */
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

/** Takes what was seen of some files. Keys of `contents` are paths relative to the folder. The same state comes back if they say nothing new. */
export function applyFiles(state: FolderState, contents: ReadonlyMap<string, FileContent>, options: FolderOptions): { readonly state: FolderState; readonly change: FolderChange } {
  const files = new Map(state.files)
  let isSame = true
  for (const [file, content] of contents) {
    const before = files.get(file)
    const after = content.kind === 'missing' ? undefined : nextFile(before, file, content, options)
    if (after === before) continue
    isSame = false
    if (after) files.set(file, after)
    else files.delete(file)
  }
  if (isSame) return { state, change: { set: [], removed: [] } }
  const next = settle(files, state.resources)
  return { state: next, change: difference(state.resources, next.resources) }
}

function nextFile(before: FileState | undefined, file: string, content: Exclude<FileContent, { kind: 'missing' }>, options: FolderOptions): FileState {
  if (before && isSameContent(before.content, content)) return before
  switch (content.kind) {
    case 'closed': return { content, resources: [], diagnostics: [closedFolder(file, content.reason)] }
    case 'unreadable': return { content, resources: before?.resources ?? [], diagnostics: [unreadableFile(file, content.reason)] }
    case 'text': {
      const documents = loadText(content.text, { ...options, file })
      const good = documents.flatMap(({ resource }) => (resource ? [{ key: resourceKey(refOf(resource)), resource }] : []))
      return { content, resources: [...good, ...lastGood(before?.resources ?? [], good, documents)], diagnostics: documents.flatMap((document) => document.diagnostics) }
    }
  }
}

const isSameContent = (a: FileContent, b: FileContent): boolean =>
  a.kind === 'text' ? b.kind === 'text' && a.text === b.text : a.kind !== 'missing' && a.kind === b.kind && a.reason === b.reason

/** The code of {@link loadText} for a kind that one of our groups does not have. */
const MISSPELT_KIND = 'MESH0205'

/** The earlier documents that refused ones stand for: by kind and name where the text still tells them, else all that are missing now. */
function lastGood(before: readonly KeyedResource[], good: readonly KeyedResource[], documents: readonly LoadedDocument[]): readonly KeyedResource[] {
  const refused = documents.filter((document) => document.refused)
  if (refused.length === 0) return []
  const present = new Set(good.map(({ key }) => key))
  const missing = before.filter(({ key }) => !present.has(key))
  if (refused.some((document) => document.identity === undefined)) return missing
  return missing.filter(({ resource }) => refused.some((document) => isAbout(document, resource)))
}

/** True if the refused document is the new form of this resource. Where the very kind is misspelt, the name has to do. */
function isAbout({ identity, diagnostics }: LoadedDocument, { kind, metadata }: Resource): boolean {
  if (!identity || identity.name !== metadata.name || (identity.namespace !== '' && identity.namespace !== metadata.namespace)) return false
  return identity.kind === kind || diagnostics.some(({ code }) => code === MISSPELT_KIND)
}

/** In the order of file names and documents the first of a key wins, unless a later one's file holds what is in force: nobody loses a resource by adding a file. */
function settle(files: ReadonlyMap<string, FileState>, before: ReadonlyMap<ResourceKey, Resource>): FolderState {
  const diagnostics: Diagnostic[] = []
  const resources = new Map<ResourceKey, Resource>()
  const others = new Map<ResourceKey, readonly Resource[]>()
  for (const [, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    diagnostics.push(...file.diagnostics)
    for (const { key, resource } of file.resources) {
      const first = resources.get(key)
      const isWinner = !first || (isOfFile(resource, before.get(key)) && !isOfFile(first, before.get(key)))
      if (isWinner) resources.set(key, resource)
      if (first) others.set(key, isWinner ? [first, ...(others.get(key) ?? [])] : [...(others.get(key) ?? []), resource])
    }
  }
  if (others.size > 0) for (const [key, winner] of resources) for (const other of others.get(key) ?? []) diagnostics.push(...leftOut(other, winner))
  return { files, resources, diagnostics }
}

const isOfFile = (resource: Resource, inForce: Resource | undefined): boolean => inForce?.source !== undefined && resource.source?.file === inForce.source.file

function leftOut(other: Resource, winner: Resource): readonly Diagnostic[] {
  if (!other.source || !winner.source) return []
  const [at, inForce, what] = [other.source.locate([]), winner.source.locate([]), describeResource(refOf(other))]
  return [{ ...(at.file < inForce.file ? laterDefinition(at, what, inForce) : duplicateResource(at, what, inForce)), resource: refOf(other) }]
}

function difference(before: ReadonlyMap<ResourceKey, Resource>, after: ReadonlyMap<ResourceKey, Resource>): FolderChange {
  const set: Resource[] = []
  const removed: ResourceRef[] = []
  for (const [key, resource] of after) if (before.get(key) !== resource) set.push(resource)
  for (const [key, resource] of before) if (!after.has(key)) removed.push(refOf(resource))
  return { set, removed }
}
