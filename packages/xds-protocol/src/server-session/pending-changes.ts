/** What a client lacks of a type: its own state against a wanted slice. */
import { findResource, type SnapshotResource, type TypeSlice } from '../snapshot/snapshot.ts'
import { isSubscribed } from '../subscription/subscription.ts'
import type { StepContext } from './events.ts'
import type { Held, SentChange, TypeState } from './state.ts'

/** Changes to send, and differences that are kept back because the client refused exactly them. */
export interface PendingChanges {
  readonly changes: readonly SentChange[]
  readonly refused: readonly SentChange[]
}

const nothing: PendingChanges = { changes: [], refused: [] }

/** Compares; costs the number of changed names, not the number of names. */
export function pendingChanges(state: TypeState, wanted: TypeSlice, { diff, mend }: Pick<StepContext, 'diff' | 'mend'>): PendingChanges {
  if (state.base === wanted && state.held.size === 0) return nothing
  const changes: SentChange[] = []
  const refused: SentChange[] = []
  const consider = (name: string, before: Held | undefined, after: SnapshotResource | undefined): void => {
    if (!isSubscribed(state.subscription, name)) return
    if (before?.version === after?.version) return
    const change = { name, before, after }
    const trial = after && state.trials.get(name)
    if (state.quarantine.get(name)?.version === (after?.version ?? '')) refused.push(change)
    else if (trial) {
      const possible = mend(after, before, trial)
      if (!possible?.bytes || possible.version === before?.version) refused.push(change)
      else changes.push(possible === after ? change : { name, before, after: possible, wanted: after })
    } else changes.push(change)
  }
  for (const { name, before, after } of diff(state.base, wanted)) if (!state.held.has(name)) consider(name, before, after)
  if (state.held.size > 0) {
    const find = finder(wanted, state.held.size)
    for (const [name, before] of state.held) consider(name, before, find(name))
  }
  return { changes, refused }
}

/** Looks names up one by one, or through an index when there are so many that building one is cheaper. */
function finder(slice: TypeSlice, lookups: number): (name: string) => SnapshotResource | undefined {
  if (lookups < 64 || slice.bundles.size < 4) return (name) => findResource(slice, name)
  const index = new Map<string, SnapshotResource>()
  for (const bundle of slice.bundles.values()) for (const [name, resource] of bundle.resources) index.set(name, resource)
  return (name) => index.get(name)
}
