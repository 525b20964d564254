/** Makes snapshots out of translated bundles, sharing whatever did not change. */
import { withReplaced } from './bundle-map.ts'
import { contentHash } from './content-hash.ts'
import type { Snapshot, SnapshotBundle, SnapshotResource, SourceBundle, TypeSlice } from './snapshot.ts'

/**
 * Remembers, by identity, the snapshot form of source bundles and byte arrays; holds nothing alive by itself. One per control plane.
 */
export interface SnapshotStore {
  /**
   * Builds a snapshot. With `previous`, slices whose bundles are all the same objects (or equal in names and bytes) are kept, and the
   * previous snapshot itself is returned when nothing changed.
   */
  build(bundles: readonly SourceBundle[], previous?: Snapshot): Snapshot
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
      resources.set(name, old?.version === fresh && old.provenance === provenance ? old : { name, version: fresh, bytes, provenance, ...('parts' in made ? { parts: () => made.parts ?? [] } : {}) })
    }
    const bundle: SnapshotBundle = before && sameResources(before.resources, resources) ? before : { typeUrl: source.typeUrl, key: source.key, resources }
    bundleOf.set(source, bundle)
    return bundle
  }
  /** What a slice was built from, in order: an unchanged place needs no look-up. */
  const sourcesOf = new WeakMap<TypeSlice, readonly SourceBundle[]>()
  const toSlice = (typeUrl: string, sources: readonly SourceBundle[], before: TypeSlice | undefined): TypeSlice => {
    const slice = (before && patched(before, sources)) ?? whole(typeUrl, sources, before)
    sourcesOf.set(slice, sources)
    return slice
  }
  /** The slice before with some bundles replaced, if there are the same bundles in the same order. */
  const patched = (before: TypeSlice, sources: readonly SourceBundle[]): TypeSlice | undefined => {
    const earlier = sourcesOf.get(before)
    if (earlier?.length !== sources.length || sources.length !== before.bundles.size) return undefined
    const replaced = new Map<string, SnapshotBundle>()
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]
      const old = earlier[i]
      if (source === old || !source) continue
      if (source.key !== old?.key) return undefined
      const known = before.bundles.get(source.key)
      const bundle = toBundle(source, known)
      if (bundle !== known) replaced.set(source.key, bundle)
    }
    return replaced.size === 0 ? before : { typeUrl: before.typeUrl, bundles: withReplaced(before.bundles, replaced) }
  }
  const whole = (typeUrl: string, sources: readonly SourceBundle[], before: TypeSlice | undefined): TypeSlice => {
    const bundles = new Map<string, SnapshotBundle>()
    for (const source of sources) bundles.set(source.key, toBundle(source, before?.bundles.get(source.key)))
    return before && sameEntries(before.bundles, bundles) ? before : { typeUrl, bundles }
  }
  return {
    build(bundles, previous) {
      const slices = new Map<string, TypeSlice>()
      for (const [typeUrl, sources] of byType(bundles)) slices.set(typeUrl, toSlice(typeUrl, sources, previous?.types.get(typeUrl)))
      return previous && sameEntries(previous.types, slices) ? previous : { types: slices }
    },
  }
}

/** Types in the order of their first bundle. Bundles come in runs of one type, so there is one look-up per run. */
function byType(bundles: readonly SourceBundle[]): ReadonlyMap<string, readonly SourceBundle[]> {
  const types = new Map<string, SourceBundle[]>()
  let run: SourceBundle[] = []
  let typeUrl: string | undefined
  for (const bundle of bundles) {
    if (bundle.typeUrl !== typeUrl) {
      typeUrl = bundle.typeUrl
      run = types.get(typeUrl) ?? []
      types.set(typeUrl, run)
    }
    run.push(bundle)
  }
  return types
}

const sameEntries = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean => {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

const sameResources = (a: ReadonlyMap<string, SnapshotResource>, b: ReadonlyMap<string, SnapshotResource>): boolean => sameEntries(a, b)
