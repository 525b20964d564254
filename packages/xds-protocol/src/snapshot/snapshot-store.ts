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
   * previous snapshot itself is returned when nothing changed. Bundles may also come in lists of one type each, and these in lists: a list
   * that is the same object as in the previous call costs nothing, and lists of a type that somebody else came with give the same slice.
   */
  build(bundles: readonly Given[], previous?: Snapshot): Snapshot
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
  /** Classes of clients have lists in common: their slices are the same objects, so that all differences are looked for once. */
  const sliceOf = new WeakMap<Lists, TypeSlice>()
  /** What a slice was built from: an unchanged list, or place in a list, needs no look-up. */
  const listsOf = new WeakMap<TypeSlice, { readonly lists: Lists; readonly count: number }>()
  /** What a snapshot was built from: a list that is the same object is of the same type, without a look into it. */
  const builtFrom = new WeakMap<Snapshot, Built>()
  const toSlice = (typeUrl: string, lists: Lists, before: TypeSlice | undefined): TypeSlice => {
    const known = sliceOf.get(lists)
    if (known) return known
    const same = before && patched(before, lists)
    const slice = same ?? whole(typeUrl, lists, before)
    listsOf.set(slice, { lists, count: (same && before && listsOf.get(before)?.count) ?? countOf(lists) })
    sliceOf.set(lists, slice)
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
      const typed = bundles.map((one, i) => (earlier?.bundles[i] === one ? earlier.typed[i] : undefined) ?? typedLists(one))
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

/** A bundle, or some of one type, or lists of one type. */
type Given = SourceBundle | readonly SourceBundle[] | Lists

/** Bundles with their type; without any there is none. */
interface TypedLists {
  readonly typeUrl: string | undefined
  readonly lists: Lists
}

/** What {@link SnapshotStore.build} was given, and the same as lists with their types. */
interface Built {
  readonly bundles: readonly Given[]
  readonly typed: readonly TypedLists[]
}

function typedLists(one: Given): TypedLists {
  const lists = 'typeUrl' in one ? [[one]] : isLists(one) ? one : [one]
  return { typeUrl: lists.find((list) => list.length > 0)?.[0]?.typeUrl, lists }
}

const isLists = (one: readonly SourceBundle[] | Lists): one is Lists => one.some(Array.isArray)

/** Types in the order of their first bundle; lists that are all of their type stay the same object. */
function byType(typed: readonly TypedLists[]): ReadonlyMap<string, Lists> {
  const types = new Map<string, Lists>()
  for (const { typeUrl, lists } of typed) {
    if (typeUrl === undefined) continue
    const known = types.get(typeUrl)
    types.set(typeUrl, known ? [...known, ...lists] : lists)
  }
  return types
}

const sameEntries = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean => {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

const sameResources = (a: ReadonlyMap<string, SnapshotResource>, b: ReadonlyMap<string, SnapshotResource>): boolean => sameEntries(a, b)
