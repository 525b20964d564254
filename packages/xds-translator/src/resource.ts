/** What a translation yields: encoded resources in bundles, with their origins beside them. */
import type { Provenance } from '@istio-ts/foundation'
import { decodeMessage, encodeMessage, typeUrlOf, type ResourceType } from './wire/encode.ts'
import type { Message } from './wire/message.ts'

/** A part of a resource with origins of its own. */
export interface XdsPart {
  /** Where in the message, e.g. `virtualHosts[2].routes[0]`. */
  readonly path: string
  readonly from: readonly Provenance[]
}

/** One resource, encoded once. */
export interface XdsResource {
  readonly name: string
  readonly bytes: Uint8Array
  /** What made the resource; never inside the bytes. */
  readonly provenance: readonly Provenance[]
  /** Decoded again on each read: for config dumps and tests, not for the fast path. */
  readonly message: Message
  /** Origins of routes and the like; worked out on read. */
  readonly parts: readonly XdsPart[]
  /** Takes the resource apart; absent if it is one piece. */
  readonly pieces?: () => XdsPieces
}

/** A resource that can be taken piece by piece, for clients that refuse one of them. */
export interface XdsPieces {
  readonly list: readonly XdsPiece[]
  /** The resource with these pieces in place of its own. */
  join(pieces: readonly Pick<XdsPiece, 'bytes'>[]): Uint8Array
}

/** A piece: an element of the list `field`, with a name of its own. */
export interface XdsPiece {
  readonly name: string
  readonly field: string
  readonly bytes: Uint8Array
  /** What it is made of; paths are inside the piece. */
  readonly parts: readonly (XdsPart & { readonly bytes: Uint8Array })[]
}

/** What a resource says of itself when asked. */
export interface ResourceDetails {
  readonly parts?: () => readonly XdsPart[]
  readonly pieces?: (message: Message) => XdsPieces
}

/** Resources of one type with one origin. The same object as long as nothing in it changed. */
export interface XdsBundle {
  readonly typeUrl: string
  readonly key: string
  readonly resources: readonly XdsResource[]
}

/** Encodes a message into a resource. */
export function resource(type: ResourceType, name: string, message: Message, provenance: readonly Provenance[], details: ResourceDetails = {}): XdsResource {
  const bytes = encodeMessage(type, message)
  const { pieces } = details
  return {
    name,
    ...(pieces ? { pieces: () => pieces(decodeMessage(type, bytes)) } : {}),
    bytes,
    provenance,
    get message() {
      return decodeMessage(type, bytes)
    },
    get parts() {
      return details.parts?.() ?? []
    },
  }
}

/** Makes a bundle. */
export const xdsBundle = (type: ResourceType, key: string, resources: readonly XdsResource[]): XdsBundle => ({ typeUrl: typeUrlOf(type), key, resources })
