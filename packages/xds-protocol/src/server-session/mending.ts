/**
 * What a client that refused something is given instead: the newest form of all pieces but the refused ones, and of those the form it
 * took last. Where nobody knows which piece is the culprit, new pieces are tried in halves until it is found.
 */
import { contentHash } from '../snapshot/content-hash.ts'
import type { SnapshotPiece, SnapshotResource } from '../snapshot/snapshot.ts'
import type { Held, PieceTrial, RefusedConfig } from './state.ts'

/** No piece is refused yet. */
export const NEW_TRIAL: PieceTrial = { refused: new Map(), limit: Infinity }

/** The pieces of what a client holds: none if it holds nothing; undefined if what it holds is not known to the piece. */
export function piecesHeld(held: Held | undefined): readonly SnapshotPiece[] | undefined {
  if (held === undefined || held.version === '') return []
  return held.bytes ? held.pieces?.().list : undefined
}

/** The pieces of `sent` that the client did not hold before; undefined if they cannot be told apart. */
export function newPieces(sent: SnapshotResource, before: Held | undefined): readonly SnapshotPiece[] | undefined {
  const held = piecesHeld(before)
  const pieces = sent.pieces?.().list
  if (!held || !pieces || pieces.length === 0) return undefined
  const known = new Set(held.map(({ id }) => id))
  return pieces.filter((piece) => !known.has(piece.id))
}

/**
 * The newest form of `wanted` that the client may take: `wanted` itself, a form with older pieces, or what it holds, if there is nothing it
 * would take. A client that holds nothing is given an empty form rather than kept waiting for what it refuses; one that holds something
 * is never left with nothing.
 */
export function mended(wanted: SnapshotResource, before: Held | undefined, trial: PieceTrial): SnapshotResource | Held | undefined {
  const held = piecesHeld(before)
  const pieces = wanted.pieces?.()
  if (!held || !pieces) return before
  const older = new Map(held.map((piece) => [piece.name, piece]))
  const list: SnapshotPiece[] = []
  let left = trial.limit
  for (const piece of pieces.list) {
    const old = older.get(piece.name)
    if (old && old.id === piece.id) list.push(piece)
    else if (!trial.refused.has(piece.id) && left > 0) {
      left--
      list.push(piece)
    } else if (old) list.push(old)
  }
  if (same(list, pieces.list)) return wanted
  const lacks = before === undefined || before.version === ''
  if (!lacks && (list.length === 0 || same(list, held))) return before
  const bytes = pieces.join(list)
  return { name: wanted.name, version: contentHash(bytes), bytes, provenance: wanted.provenance, pieces: () => ({ list, join: pieces.join }) }
}

const same = (a: readonly SnapshotPiece[], b: readonly SnapshotPiece[]): boolean => a.length === b.length && a.every(({ id }, i) => id === b[i]?.id)

/** The trial with more pieces refused; those that are no longer wanted are forgotten. */
export function withRefused(trial: PieceTrial, refused: ReadonlyMap<string, RefusedConfig>, wanted: SnapshotResource): PieceTrial {
  const ids = new Set((wanted.pieces?.().list ?? []).map((piece) => piece.id))
  return { ...trial, refused: new Map([...trial.refused, ...refused].filter(([id]) => ids.has(id))) }
}

/** {@link mended}, remembered: a session asks at every event, the answer changes with what is wanted, held or refused. */
export function rememberedMending(): typeof mended {
  const last = new WeakMap<PieceTrial, { readonly wanted: SnapshotResource; readonly before: Held | undefined; readonly result: ReturnType<typeof mended> }>()
  return (wanted, before, trial) => {
    const known = last.get(trial)
    if (known?.wanted === wanted && known.before === before) return known.result
    const result = mended(wanted, before, trial)
    last.set(trial, { wanted, before, result })
    return result
  }
}
