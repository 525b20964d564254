/** What can go wrong in the graph: bugs of ours, never user mistakes. */
import { MeshError } from '@istio-ts/foundation'

/** A derivation threw; its last good value is kept until something it read changes. */
export const derivationFailed = (collection: string, key: string, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0091',
    message: `deriving ${collection}[${JSON.stringify(key)}] failed: ${messageOf(cause)}. The last good value is kept.`,
    remedy: 'This is a bug; please report it with the resources that cause it.',
    cause,
  })

/** A derivation read a collection that is made later than its own. */
export const readAgainstOrder = (reader: string, read: string): MeshError =>
  new MeshError({
    code: 'MESH0092',
    message: `${reader} reads ${read}, which is made after it.`,
    remedy: 'Make collections in the order of their dependencies.',
  })

/** Two nodes of a graph share a name. */
export const duplicateName = (name: string): MeshError =>
  new MeshError({ code: 'MESH0093', message: `the graph already has a collection ${name}.`, remedy: 'Give each collection its own name.' })

/** A source was changed from inside a derivation. */
export const changedWhileDeriving = (source: string): MeshError =>
  new MeshError({ code: 'MESH0094', message: `${source} was changed from inside a derivation.`, remedy: 'Change sources from observers or from outside.' })

/** An observer threw; the others were still called. */
export const observerFailed = (collection: string, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0095',
    message: `an observer of ${collection} failed: ${messageOf(cause)}.`,
    remedy: 'This is a bug; please report it.',
    cause,
  })

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '')
