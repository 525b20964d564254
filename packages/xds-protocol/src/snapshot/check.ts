/** The laws that a snapshot keeps; a snapshot that breaks one is never served. */
import { changedBundles, type BundleChange, type BundleMap } from './bundle-map.ts'
import { contentHash } from './content-hash.ts'
import type { Snapshot, SnapshotBundle, TypeSlice } from './snapshot.ts'

/**
 * Returns what is wrong, in words (empty = consistent): a slice holds its own type only; a name is used once per type; keys match
 * their values; a version is the hash of the bytes. With `trusted` (an earlier snapshot that was consistent) only bundles and
 * resources that are other objects are looked at, so the cost is that of the change.
 */
export function check(snapshot: Snapshot, trusted?: Snapshot): readonly string[] {
  const findings: string[] = []
  for (const [typeUrl, slice] of snapshot.types) {
    const before = trusted?.types.get(typeUrl)
    if (slice === before) continue
    if (slice.typeUrl !== typeUrl) findings.push(`${typeUrl} holds a slice of ${slice.typeUrl}`)
    const changes = changedBundles(before?.bundles ?? NOTHING, slice.bundles)
    for (const { key, before: old, after: bundle } of changes) {
      if (!bundle) continue
      if (bundle.key !== key || bundle.typeUrl !== typeUrl) findings.push(`${typeUrl}: bundle ${key} says it is ${bundle.typeUrl} ${bundle.key}`)
      findings.push(...checkBundle(bundle, old))
    }
    findings.push(...(before ? newDuplicates(slice, changes) : allDuplicates(slice)))
  }
  return findings
}

const NOTHING: BundleMap = new Map()

function checkBundle(bundle: SnapshotBundle, trusted: SnapshotBundle | undefined): readonly string[] {
  const findings: string[] = []
  for (const [name, resource] of bundle.resources) {
    if (trusted?.resources.get(name) === resource) continue
    if (resource.name !== name) findings.push(`${bundle.typeUrl}: ${resource.name} is stored under the name ${name}`)
    if (resource.version !== contentHash(resource.bytes)) findings.push(`${bundle.typeUrl}: the version of ${name} is not the hash of its bytes`)
  }
  return findings
}

function allDuplicates(slice: TypeSlice): readonly string[] {
  const owners = new Map<string, string>()
  const findings: string[] = []
  for (const [key, bundle] of slice.bundles) {
    for (const name of bundle.resources.keys()) {
      const owner = owners.get(name)
      if (owner !== undefined) findings.push(`${slice.typeUrl}: ${name} is in bundles ${owner} and ${key}`)
      owners.set(name, key)
    }
  }
  return findings
}

function newDuplicates(slice: TypeSlice, changes: readonly BundleChange[]): readonly string[] {
  const findings = new Set<string>()
  for (const { key, before: old, after: bundle } of changes) {
    for (const name of bundle?.resources.keys() ?? []) {
      if (old?.resources.has(name) === true) continue
      for (const other of slice.bundles.values()) {
        if (other !== bundle && other.resources.has(name)) findings.add(`${slice.typeUrl}: ${name} is in bundles ${[key, other.key].sort().join(' and ')}`)
      }
    }
  }
  return [...findings]
}
