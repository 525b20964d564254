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
}

/** Resources of one type with one origin. The same object as long as nothing in it changed. */
export interface XdsBundle {
  readonly typeUrl: string
  readonly key: string
  readonly resources: readonly XdsResource[]
}

/** Encodes a message into a resource. */
export function resource(type: ResourceType, name: string, message: Message, provenance: readonly Provenance[], parts: () => readonly XdsPart[] = () => []): XdsResource {
  const bytes = encodeMessage(type, message)
  return {
    name,
    bytes,
    provenance,
    get message() {
      return decodeMessage(type, bytes)
    },
    get parts() {
      return parts()
    },
  }
}

/** Makes a bundle. */
export const xdsBundle = (type: ResourceType, key: string, resources: readonly XdsResource[]): XdsBundle => ({ typeUrl: typeUrlOf(type), key, resources })
