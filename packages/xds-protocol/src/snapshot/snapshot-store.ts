/** Makes snapshots out of translated bundles, sharing whatever did not change. */
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
  return {
    build(bundles, previous) {
      const types = new Map<string, Map<string, SnapshotBundle>>()
      for (const source of bundles) {
        const slice = types.get(source.typeUrl) ?? new Map<string, SnapshotBundle>()
        types.set(source.typeUrl, slice)
        slice.set(source.key, toBundle(source, previous?.types.get(source.typeUrl)?.bundles.get(source.key)))
      }
      const slices = new Map<string, TypeSlice>()
      for (const [typeUrl, map] of types) {
        const before = previous?.types.get(typeUrl)
        slices.set(typeUrl, before && sameEntries(before.bundles, map) ? before : { typeUrl, bundles: map })
      }
      return previous && sameEntries(previous.types, slices) ? previous : { types: slices }
    },
  }
}

const sameEntries = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean => {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

const sameResources = (a: ReadonlyMap<string, SnapshotResource>, b: ReadonlyMap<string, SnapshotResource>): boolean => sameEntries(a, b)
