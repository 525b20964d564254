/**
 * What a proxy should have, as immutable values that share structure: `type -> bundle -> name -> resource`. The seam between the
 * translator (which makes bundles) and sessions (which send them). Identity means equality: a bundle that did not change is the
 * same object in the next snapshot, so comparing two snapshots costs only what changed.
 */
import type { Provenance } from '@istio-ts/foundation'

/** One resource, encoded once. The version is a hash of the bytes alone; the provenance travels beside them and never pushes. */
export interface SnapshotResource {
  readonly name: string
  readonly version: string
  readonly bytes: Uint8Array
  readonly provenance: readonly Provenance[]
  /** Origins of parts (routes, weights, policy rules), worked out when asked. */
  readonly parts?: () => readonly ResourcePart[]
  /** The resource taken apart, worked out when asked: only a refused one is. Absent: it is one piece. */
  readonly pieces?: () => SnapshotPieces
}

/**
 * A resource that can be taken piece by piece: a route table is its virtual hosts. A client that refuses one piece gets the others, and
 * that one in the last form it took.
 */
export interface ResourcePieces {
  readonly list: readonly ResourcePiece[]
  /** The resource with these pieces in place of its own. */
  join(pieces: readonly ResourcePiece[]): Uint8Array
}

/** A piece; `name` is unique in its resource. */
export interface ResourcePiece {
  readonly name: string
  /** What clients call the list it stands in, e.g. `virtualHosts`. */
  readonly field: string
  readonly bytes: Uint8Array
  /** What it is made of, in the order of the message; `path` is inside the piece, e.g. `routes[1]`. */
  readonly parts: readonly (ResourcePart & { readonly bytes: Uint8Array })[]
}

/** A part of a resource with origins of its own. */
export interface ResourcePart {
  /** Where in the message, e.g. `virtualHosts[2].routes[0]`. */
  readonly path: string
  readonly from: readonly Provenance[]
}

/** Resources of one type with one origin; the unit of sharing between the snapshots of different proxies. */
export interface SnapshotBundle {
  readonly typeUrl: string
  readonly key: string
  readonly resources: ReadonlyMap<string, SnapshotResource>
}

/** All resources of one type; the unit that a session remembers as sent. */
export interface TypeSlice {
  readonly typeUrl: string
  readonly bundles: ReadonlyMap<string, SnapshotBundle>
}

/** Everything a class of proxies should have. */
export interface Snapshot {
  readonly types: ReadonlyMap<string, TypeSlice>
}

/** Pieces with their identities. */
export interface SnapshotPieces extends ResourcePieces {
  readonly list: readonly SnapshotPiece[]
}

/** A piece as sessions compare it: `id` is its name and content. */
export interface SnapshotPiece extends ResourcePiece {
  readonly id: string
}

/** One translated resource. `parts` may be a getter that costs something; it is read only when shown. */
export interface SourceResource {
  readonly name: string
  readonly bytes: Uint8Array
  readonly provenance: readonly Provenance[]
  readonly parts?: readonly ResourcePart[]
  readonly pieces?: () => ResourcePieces
}

/** What a translator hands over: see {@link snapshotStore}. */
export interface SourceBundle {
  readonly typeUrl: string
  readonly key: string
  readonly resources: readonly SourceResource[]
}

/** A slice with nothing in it. */
export const emptySlice = (typeUrl: string): TypeSlice => ({ typeUrl, bundles: new Map() })

/** Number of resources. */
export function sliceSize(slice: TypeSlice): number {
  let size = 0
  for (const bundle of slice.bundles.values()) size += bundle.resources.size
  return size
}

/** All resources of a slice, bundle by bundle. */
export function* resourcesOf(slice: TypeSlice): Generator<SnapshotResource> {
  for (const bundle of slice.bundles.values()) yield* bundle.resources.values()
}

/** Finds one resource by name; costs one lookup per bundle (a bundle per namespace). */
export function findResource(slice: TypeSlice, name: string): SnapshotResource | undefined {
  for (const bundle of slice.bundles.values()) {
    const found = bundle.resources.get(name)
    if (found) return found
  }
  return undefined
}
