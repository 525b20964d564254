/** A map of bundles that shares all but a few entries with an earlier one, so that a change in ten thousand bundles costs no copy of them. */
import type { SnapshotBundle } from './snapshot.ts'

/** Bundles by key. */
export type BundleMap = ReadonlyMap<string, SnapshotBundle>

/** Replaced entries before all is copied again: keeps both the copies rare and the comparison of two generations short. */
const MAX_REPLACED = 32

/** A map with some values replaced; keys and their order are those of the map below. */
class PatchedMap implements BundleMap {
  readonly below: BundleMap
  readonly replaced: BundleMap

  constructor(below: BundleMap, replaced: BundleMap) {
    this.below = below
    this.replaced = replaced
  }

  get size(): number {
    return this.below.size
  }

  get(key: string): SnapshotBundle | undefined {
    return this.replaced.get(key) ?? this.below.get(key)
  }

  has(key: string): boolean {
    return this.below.has(key)
  }

  keys(): MapIterator<string> {
    return this.below.keys()
  }

  *entries(): Generator<[string, SnapshotBundle], undefined> {
    for (const [key, bundle] of this.below) yield [key, this.replaced.get(key) ?? bundle]
    return undefined
  }

  *values(): Generator<SnapshotBundle, undefined> {
    for (const [, bundle] of this.entries()) yield bundle
    return undefined
  }

  [Symbol.iterator](): Generator<[string, SnapshotBundle], undefined> {
    return this.entries()
  }

  forEach(action: (bundle: SnapshotBundle, key: string, map: BundleMap) => void): void {
    for (const [key, bundle] of this.entries()) action(bundle, key, this)
  }
}

/** The map with other values for keys that it has; costs the number of changes, now and then a copy. */
export function withReplaced(map: BundleMap, changes: BundleMap): BundleMap {
  if (map instanceof PatchedMap) {
    const replaced = new Map([...map.replaced, ...changes])
    if (replaced.size <= MAX_REPLACED) return new PatchedMap(map.below, replaced)
  } else if (changes.size <= MAX_REPLACED) return new PatchedMap(map, changes)
  return new Map([...map].map(([key, bundle]): [string, SnapshotBundle] => [key, changes.get(key) ?? bundle]))
}

/** A key whose bundle is another one; a missing side means added or removed. */
export interface BundleChange {
  readonly key: string
  readonly before: SnapshotBundle | undefined
  readonly after: SnapshotBundle | undefined
}

/** What differs; costs the number of replaced entries if one map came from the other by {@link withReplaced}, else the number of bundles. */
export function changedBundles(before: BundleMap, after: BundleMap): readonly BundleChange[] {
  if (before === after) return []
  const [root, beforeReplaced] = partsOf(before)
  const [afterRoot, afterReplaced] = partsOf(after)
  const keys = root === afterRoot ? [...beforeReplaced.keys(), ...afterReplaced.keys()] : [...before.keys(), ...after.keys()]
  const changes: BundleChange[] = []
  for (const key of new Set(keys)) {
    const change = { key, before: before.get(key), after: after.get(key) }
    if (change.before !== change.after) changes.push(change)
  }
  return changes
}

const NOTHING: BundleMap = new Map()
const partsOf = (map: BundleMap): readonly [BundleMap, BundleMap] => (map instanceof PatchedMap ? [map.below, map.replaced] : [map, NOTHING])
