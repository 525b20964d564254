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
  readonly resources: readonly Resource[]
  /** The key of each resource, made once: most files stay as they are when one changes. */
  readonly keys: readonly ResourceKey[]
  readonly diagnostics: readonly Diagnostic[]
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
  for (const [file, content] of contents) {
    if (content.kind === 'missing') files.delete(file)
    else files.set(file, nextFile(files.get(file), file, content, options))
  }
  if (files.size === state.files.size && [...files].every(([file, one]) => state.files.get(file) === one)) return { state, change: { set: [], removed: [] } }
  const next = settle(files, state.resources)
  return { state: next, change: difference(state.resources, next.resources) }
}

function nextFile(before: FileState | undefined, file: string, content: Exclude<FileContent, { kind: 'missing' }>, options: FolderOptions): FileState {
  if (before && isSameContent(before.content, content)) return before
  switch (content.kind) {
    case 'closed': return fileState(content, [], [closedFolder(file, content.reason)])
    case 'unreadable': return fileState(content, before?.resources ?? [], [unreadableFile(file, content.reason)])
    case 'text': {
      const documents = loadText(content.text, { ...options, file })
      const good = documents.flatMap((document) => document.resource ?? [])
      return fileState(content, [...good, ...lastGood(before?.resources ?? [], good, documents)], documents.flatMap((document) => document.diagnostics))
    }
  }
}

const fileState = (content: FileContent, resources: readonly Resource[], diagnostics: readonly Diagnostic[]): FileState =>
  ({ content, resources, keys: resources.map((resource) => resourceKey(refOf(resource))), diagnostics })

const isSameContent = (a: FileContent, b: FileContent): boolean =>
  a.kind === 'text' ? b.kind === 'text' && a.text === b.text : a.kind !== 'missing' && a.kind === b.kind && a.reason === b.reason

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

/** Who holds a key, and who wants it too. */
interface Claims {
  readonly winner: Resource
  readonly others: readonly Resource[]
}

function settle(files: ReadonlyMap<string, FileState>, before: ReadonlyMap<ResourceKey, Resource>): FolderState {
  const diagnostics: Diagnostic[] = []
  const claims = new Map<ResourceKey, Claims>()
  for (const [, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    diagnostics.push(...file.diagnostics)
    for (const [i, key] of file.keys.entries()) {
      const resource = file.resources[i]
      if (resource) claim(claims, key, resource, before)
    }
  }
  for (const { winner, others } of claims.values()) for (const other of others) diagnostics.push(...leftOut(other, winner))
  return { files, resources: new Map([...claims].map(([key, { winner }]) => [key, winner])), diagnostics }
}

/** Called in the order of file names and documents: the first wins, unless a later one's file holds what is in force. Nobody loses a resource by adding a file. */
function claim(claims: Map<ResourceKey, Claims>, key: ResourceKey, resource: Resource, before: ReadonlyMap<ResourceKey, Resource>): void {
  const known = claims.get(key)
  if (!known) claims.set(key, { winner: resource, others: [] })
  else if (isOfFile(resource, before.get(key)) && !isOfFile(known.winner, before.get(key))) claims.set(key, { winner: resource, others: [known.winner, ...known.others] })
  else claims.set(key, { winner: known.winner, others: [...known.others, resource] })
}

const isOfFile = (resource: Resource, inForce: Resource | undefined): boolean => inForce?.source !== undefined && resource.source?.file === inForce.source.file

function leftOut(other: Resource, winner: Resource): readonly Diagnostic[] {
  if (!other.source || !winner.source) return []
  const [at, inForce, what] = [other.source.locate([]), winner.source.locate([]), describeResource(refOf(other))]
  return [{ ...(at.file < inForce.file ? laterDefinition(at, what, inForce) : duplicateResource(at, what, inForce)), resource: refOf(other) }]
}

function difference(before: ReadonlyMap<ResourceKey, Resource>, after: ReadonlyMap<ResourceKey, Resource>): FolderChange {
  return {
    set: [...after].filter(([key, resource]) => before.get(key) !== resource).map(([, resource]) => resource),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, resource]) => refOf(resource)),
  }
}
