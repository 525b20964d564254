/** Makes snapshots out of translated bundles, sharing whatever did not change. */
import { withReplaced } from './bundle-map.ts'
import { contentHash } from './content-hash.ts'
import type { ResourcePieces, Snapshot, SnapshotBundle, SnapshotPieces, SnapshotResource, SourceBundle, SourceResource, TypeSlice } from './snapshot.ts'

/**
 * Remembers, by identity, the snapshot form of source bundles and byte arrays; holds nothing alive by itself. One per control plane.
 */
export interface SnapshotStore {
  /**
   * Builds a snapshot. With `previous`, slices whose bundles are all the same objects (or equal in names and bytes) are kept, and the
   * previous snapshot itself is returned when nothing changed. Bundles may also come in lists of one type each: a list that is the same
   * object as in the previous call costs nothing.
   */
  build(bundles: readonly (SourceBundle | readonly SourceBundle[])[], previous?: Snapshot): Snapshot
}

/** Makes an empty store. */
export function snapshotStore(): SnapshotStore {
  const bundleOf = new WeakMap<SourceBundle, SnapshotBundle>()
  const versionOf = new WeakMap<Uint8Array, string>()
  const version = (bytes: Uint8Array): string => {
    const known = versionOf.get(bytes)
    if (known !== undefined) return known
    const made = contentHash(bytes)
    versionOf.set(bytes, made)
    return made
  }
  const toBundle = (source: SourceBundle, before: SnapshotBundle | undefined): SnapshotBundle => {
    const known = bundleOf.get(source)
    if (known) return known
    const resources = new Map<string, SnapshotResource>()
    for (const made of source.resources) {
      const { name, bytes, provenance } = made
      const old = before?.resources.get(name)
      const fresh = version(bytes)
      // An equal resource keeps its object, and with it its framing for the wire, unless its origin moved.
      resources.set(name, old?.version === fresh && old.provenance === provenance ? old : { name, version: fresh, bytes, provenance, ...asked(made) })
    }
    const bundle: SnapshotBundle = before && sameResources(before.resources, resources) ? before : { typeUrl: source.typeUrl, key: source.key, resources }
    bundleOf.set(source, bundle)
    return bundle
  }
  /** What a slice was built from: an unchanged list, or place in a list, needs no look-up. */
  const listsOf = new WeakMap<TypeSlice, { readonly lists: Lists; readonly count: number }>()
  /** What a snapshot was built from: a list that is the same object is of the same type, without a look into it. */
  const builtFrom = new WeakMap<Snapshot, Built>()
  const toSlice = (typeUrl: string, lists: Lists, before: TypeSlice | undefined): TypeSlice => {
    const same = before && patched(before, lists)
    const slice = same ?? whole(typeUrl, lists, before)
    listsOf.set(slice, { lists, count: (same && before && listsOf.get(before)?.count) ?? countOf(lists) })
    return slice
  }
  /** The slice before with some bundles replaced, if there are the same bundles in the same order. */
  const patched = (before: TypeSlice, lists: Lists): TypeSlice | undefined => {
    const earlier = listsOf.get(before)
    if (earlier?.lists.length !== lists.length || earlier.count !== before.bundles.size) return undefined
    const replaced = new Map<string, SnapshotBundle>()
    for (const [i, list] of lists.entries()) {
      const old = earlier.lists[i] ?? []
      if (list === old) continue
      if (list.length !== old.length) return undefined
      for (let place = 0; place < list.length; place++) {
        const source = list[place]
        if (source === old[place] || !source) continue
        if (source.key !== old[place]?.key) return undefined
        const known = before.bundles.get(source.key)
        const bundle = toBundle(source, known)
        if (bundle !== known) replaced.set(source.key, bundle)
      }
    }
    return replaced.size === 0 ? before : { typeUrl: before.typeUrl, bundles: withReplaced(before.bundles, replaced) }
  }
  const whole = (typeUrl: string, lists: Lists, before: TypeSlice | undefined): TypeSlice => {
    const bundles = new Map<string, SnapshotBundle>()
    for (const list of lists) for (const source of list) bundles.set(source.key, toBundle(source, before?.bundles.get(source.key)))
    return before && sameEntries(before.bundles, bundles) ? before : { typeUrl, bundles }
  }
  return {
    build(bundles, previous) {
      const slices = new Map<string, TypeSlice>()
      const earlier = previous && builtFrom.get(previous)
      const typed = bundles.map((one, i) => (earlier?.bundles[i] === one ? earlier.typed[i] : undefined) ?? typedList(one))
      for (const [typeUrl, lists] of byType(typed)) slices.set(typeUrl, toSlice(typeUrl, lists, previous?.types.get(typeUrl)))
      const snapshot = previous && sameEntries(previous.types, slices) ? previous : { types: slices }
      builtFrom.set(snapshot, { bundles, typed })
      return snapshot
    },
  }
}

/** What is read only when asked; pieces are kept then, because whoever asks once asks again. */
const asked = (made: SourceResource): Pick<SnapshotResource, 'parts' | 'pieces'> => ({
  ...('parts' in made ? { parts: () => made.parts ?? [] } : {}),
  ...(made.pieces ? { pieces: identified(made.pieces) } : {}),
})

function identified(take: () => ResourcePieces): () => SnapshotPieces {
  let known: SnapshotPieces | undefined
  const make = (): SnapshotPieces => {
    const pieces = take()
    return { list: pieces.list.map((piece) => ({ ...piece, id: `${piece.name}\u0000${contentHash(piece.bytes)}` })), join: (list) => pieces.join(list) }
  }
  return () => (known ??= make())
}

/** The bundles of one type. */
type Lists = readonly (readonly SourceBundle[])[]

const countOf = (lists: Lists): number => lists.reduce((sum, list) => sum + list.length, 0)

/** A bundle, or some of one type. */
type Given = SourceBundle | readonly SourceBundle[]

/** Bundles with their type; an empty list has none. */
interface TypedList {
  readonly typeUrl: string | undefined
  readonly list: readonly SourceBundle[]
}

/** What {@link SnapshotStore.build} was given, and the same as lists with their types. */
interface Built {
  readonly bundles: readonly Given[]
  readonly typed: readonly TypedList[]
}

const typedList = (one: Given): TypedList => ('typeUrl' in one ? { typeUrl: one.typeUrl, list: [one] } : { typeUrl: one[0]?.typeUrl, list: one })

/** Types in the order of their first bundle. */
function byType(typed: readonly TypedList[]): ReadonlyMap<string, Lists> {
  const types = new Map<string, (readonly SourceBundle[])[]>()
  for (const { typeUrl, list } of typed) {
    if (typeUrl === undefined) continue
    const known = types.get(typeUrl)
    if (known) known.push(list)
    else types.set(typeUrl, [list])
  }
  return types
}

const sameEntries = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean => {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

const sameResources = (a: ReadonlyMap<string, SnapshotResource>, b: ReadonlyMap<string, SnapshotResource>): boolean => sameEntries(a, b)
