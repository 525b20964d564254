/** What changed between two slices of one type. */
import { changedBundles } from './bundle-map.ts'
import type { SnapshotResource, TypeSlice } from './snapshot.ts'

/** Old and new form of one name; a missing side means added or removed. */
export interface SliceChange {
  readonly name: string
  readonly before?: SnapshotResource
  readonly after?: SnapshotResource
}

/** Compares slices; answers are remembered as long as both slices live, so a thousand proxies of one class pay once. */
export type SliceDiff = (before: TypeSlice, after: TypeSlice) => readonly SliceChange[]

const NOTHING: readonly SliceChange[] = []

/** Makes a remembering {@link SliceDiff}. */
export function sliceDiff(): SliceDiff {
  const known = new WeakMap<TypeSlice, WeakMap<TypeSlice, readonly SliceChange[]>>()
  // Proxies of a class ask one after the other, each several times.
  let last: { readonly before: TypeSlice; readonly after: TypeSlice; readonly changes: readonly SliceChange[] } | undefined
  const look = (before: TypeSlice, after: TypeSlice): readonly SliceChange[] => {
    const row = known.get(before) ?? new WeakMap<TypeSlice, readonly SliceChange[]>()
    known.set(before, row)
    const found = row.get(after)
    if (found) return found
    const made = diffSlices(before, after)
    row.set(after, made)
    return made
  }
  return (before, after) => {
    if (before === after) return NOTHING
    if (last?.before !== before || last.after !== after) last = { before, after, changes: look(before, after) }
    return last.changes
  }
}

/**
 * Names whose version differs. Only bundles that are different objects are looked into; a name that moved from one bundle to
 * another is one change, or none if its bytes are the same.
 */
export function diffSlices(before: TypeSlice, after: TypeSlice): readonly SliceChange[] {
  const gone = new Map<string, SnapshotResource>()
  const come = new Map<string, SnapshotResource>()
  for (const { before: old, after: next } of changedBundles(before.bundles, after.bundles)) {
    for (const [name, resource] of old?.resources ?? []) if (next?.resources.get(name) !== resource) gone.set(name, resource)
    for (const [name, resource] of next?.resources ?? []) if (old?.resources.get(name) !== resource) come.set(name, resource)
  }
  const changes: SliceChange[] = []
  for (const [name, resource] of gone) {
    const now = come.get(name)
    if (now === undefined) changes.push({ name, before: resource })
    else if (now.version !== resource.version) changes.push({ name, before: resource, after: now })
  }
  for (const [name, resource] of come) if (!gone.has(name)) changes.push({ name, after: resource })
  return changes
}
