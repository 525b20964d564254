/** Everything a client should hold of a type right now: the wanted slice, except where it must keep an older form. */
import { resourcesOf, type SnapshotResource, type TypeSlice } from '../snapshot/snapshot.ts'
import { isSubscribed } from '../subscription/subscription.ts'
import type { SentChange, TypeState } from '../server-session/state.ts'

/**
 * `keep` names the differences that are not sent now (refused, or not yet allowed); for those the older form stands, if we ever sent
 * one. Of what is sent without some of its pieces, that form stands.
 */
export function effectiveResources(type: TypeState, wanted: TypeSlice, keep: readonly SentChange[], send: readonly SentChange[]): readonly SnapshotResource[] {
  const older = new Map(keep.map(({ name, before }) => [name, before]))
  for (const { name, after, wanted: whole } of send) if (whole) older.set(name, after)
  const result: SnapshotResource[] = []
  for (const resource of resourcesOf(wanted)) if (isSubscribed(type.subscription, resource.name) && !older.has(resource.name)) result.push(resource)
  for (const before of older.values()) if (before?.bytes) result.push(before)
  return result
}
