/** Whom a refusal is about: resources, pieces of them, and what those were made from. */
import { mergeProvenance, type Provenance } from '@istio-ts/foundation'
import { contentHash } from '../snapshot/content-hash.ts'
import type { SnapshotPiece, SnapshotResource } from '../snapshot/snapshot.ts'
import { NEW_TRIAL, newPieces, piecesHeld, withRefused } from './mending.ts'
import type { Held, PieceTrial, RefusedConfig, SentChange } from './state.ts'

/**
 * Whom a refusal is about: the resources its text names, or the only one there was. Else nobody yet: the same changes are sent again
 * in halves, because one bad resource shall not hold the others back. Each refusal blames somebody or halves, so trying again ends.
 */
export function blame(changes: readonly SentChange[], error: string): readonly SentChange[] {
  return changes.length === 1 ? changes : changes.filter(({ name }) => mentions(error, name))
}

/** What is known after a refusal of one resource: it is refused as a whole, or pieces of it are, or new pieces are tried in smaller numbers. */
export type Verdict = { readonly whole: RefusedConfig } | { readonly trial: PieceTrial; readonly refused: readonly RefusedConfig[] }

/** Judges a refused change: by the pieces its text names, or the only new one; else half of them are tried next. */
export function judge(change: SentChange, trial: PieceTrial = NEW_TRIAL, error: string): Verdict {
  const { name, before, after } = change
  const about = linesAbout(error, name)
  const fresh = after && newPieces(after, before)
  if (!after || !fresh || fresh.length === 0) return { whole: { name, detail: about, from: after ? originsOf(after, about) : [] } }
  const list = after.pieces?.().list ?? []
  const paths = new Map(list.map((piece) => [piece, pathOf(piece, list)]))
  const named = fresh.filter((piece) => mentions(about, paths.get(piece) ?? ''))
  const culprits = named.length > 0 ? named : fresh.length === 1 ? fresh : []
  if (culprits.length === 0) return { trial: { ...trial, limit: Math.ceil(fresh.length / 2) }, refused: [] }
  const refused = new Map(culprits.map((piece) => [piece.id, { name, detail: about, from: originsOfPiece(piece, before, about, paths.get(piece) ?? '') }]))
  return { trial: withRefused(trial, refused, change.wanted ?? after), refused: [...refused.values()] }
}

/** Of a text that speaks of several resources, the lines about this one; else all of it. */
function linesAbout(error: string, name: string): string {
  const lines = error.split('\n').filter((line) => mentions(line, name))
  return (lines.length > 0 ? lines.join('\n') : error).trim()
}

/** `virtualHosts[2]`, counted among the pieces of that field. */
const pathOf = (piece: SnapshotPiece, list: readonly SnapshotPiece[]): string => `${piece.field}[${list.filter(({ field }) => field === piece.field).indexOf(piece)}]`

/** A resource that is one piece: the origins of the parts that the text names, then its own, then those of all parts. */
function originsOf(resource: SnapshotResource, text: string): readonly Provenance[] {
  const parts = resource.parts?.() ?? []
  return mergeProvenance(...parts.filter(({ path }) => mentions(text, path)).map(({ from }) => from), resource.provenance, ...parts.map(({ from }) => from))
}

/** What a piece was made from: first the parts that the text names, then those that are new, then all. */
function originsOfPiece(piece: SnapshotPiece, before: Held | undefined, text: string, path: string): readonly Provenance[] {
  const older = piecesHeld(before)?.find(({ name }) => name === piece.name)
  const known = new Set((older?.parts ?? []).map(({ bytes }) => contentHash(bytes)))
  const named = piece.parts.filter((part) => mentions(text, `${path}.${part.path}`))
  const fresh = piece.parts.filter(({ bytes }) => !known.has(contentHash(bytes)))
  return mergeProvenance(...[...named, ...fresh, ...piece.parts].map(({ from }) => from))
}

/** True if `text` holds `name` as a whole, not as a part of a longer name. */
function mentions(text: string, name: string): boolean {
  if (name === '') return false
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 1), at)
    const after = text.slice(at + name.length, at + name.length + 2)
    // A path goes on with its fields; a name that goes on is another name.
    if (!/[\w|.-]/.test(before) && (name.endsWith(']') || !/^(?:[\w|-]|\.\w)/.test(after))) return true
  }
  return false
}
