/** The two halves of a recorded dependency: a slot is what can be read, a cell is what reads. */

import type { Dependents } from './dependents.ts'

/** One thing of a node that can be read: an entry, a bucket, or (`undefined`) everything. Exists only while somebody depends on it. */
export interface Slot {
  readonly node: string
  readonly key: string | undefined
  readonly dependents: Dependents<Cell>
  /** Called when the last dependent left. */
  release(): void
  /** Number of the last computation that read it: a second read of the same computation is known at once. */
  readBy: number
}

/** Why a cell was computed the last time. */
export interface Run {
  /** Number of the transaction; 0 = outside of any. */
  readonly transaction: number
  /** The first few slots whose change asked for it; empty for a first computation. */
  readonly causes: readonly Cause[]
}

/** What changed, by name. */
export type Cause = Pick<Slot, 'node' | 'key'>

/** One computation with the slots it read. `touch` is called when one of them changed. */
export interface Cell {
  readonly node: string
  readonly key: string
  /** Nodes may only read nodes of lower rank, so that one pass in the order of ranks settles everything. */
  readonly rank: number
  /** What the last computation read, in order. */
  reads: readonly Slot[]
  causes: readonly Cause[]
  run: Run
  touch(): void
}

/** Nothing asked for it yet. Shared, because most cells are computed once. */
export const NO_CAUSES: readonly Cause[] = []

/** A first computation outside of any transaction. */
export const NEVER: Run = { transaction: 0, causes: NO_CAUSES }

/** Causes kept per cell; more would cost memory and tell nothing new. */
const MAX_CAUSES = 4

/** Tells every cell that depends on the slot. */
export function changed(slot: Slot | undefined): void {
  if (!slot || slot.dependents.size === 0) return
  // Its name alone: a slot that is dropped must not live on, with its value, in the causes of those who read it.
  const cause: Cause = { node: slot.node, key: slot.key }
  slot.dependents.forEach((cell) => {
    noteCause(cell, cause)
    cell.touch()
  })
}

/** Remembers what asked for the next computation. */
export function noteCause(cell: Cell, cause: Cause): void {
  if (cell.causes.length === 0) cell.causes = [cause]
  else if (cell.causes.length < MAX_CAUSES) cell.causes = [...cell.causes, cause]
}

/** Takes the cell out of slots it no longer reads: all of `slots` but those of `kept`. */
export function forget(cell: Cell, slots: Iterable<Slot>, kept?: ReadonlySet<Slot>): void {
  for (const slot of slots) {
    if (kept?.has(slot) === true || !slot.dependents.delete(cell)) continue
    if (slot.dependents.size === 0) slot.release()
  }
}
