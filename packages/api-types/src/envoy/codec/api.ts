/** The typed face of the codec: every function takes the full name of a message and its value. */
import { Encoded } from '../encoded.ts'
import type { Messages } from '../gen/messages.ts'
import { messageFromJson, type JsonProblem } from '../json/from-json.ts'
import { messageToJson } from '../json/to-json.ts'
import { hasMessage as isKnown, tableOf } from '../schema/table.ts'
import { typeUrl } from '../schema/type-url.ts'
import { RAW, type Any } from '../values.ts'
import { decodeMessage } from './decode.ts'
import { encodeMessage } from './encode.ts'

/** Full name of a message in protos/, or of a well-known type. */
export type MessageName = keyof Messages

/** Whether a name is a {@link MessageName}. */
export const hasMessage = (name: string): name is MessageName => isKnown(name)

/**
 * Bytes of a message; equal values give equal bytes. bytes fields also take base64, 64-bit fields also exact numbers and bigints.
 * @throws MeshError MESH0196 if the value does not fit its type (check JSON from outside with {@link fromJson}), MESH0197 for an Any
 * of an unknown type without `RAW`.
 */
export const encode = <N extends MessageName>(name: N, value: Messages[N]): Uint8Array => encodeMessage(name, value)

/**
 * A message from bytes, which are not kept. Fields at their default value are absent, unknown fields stand under `UNKNOWN`.
 * @throws MeshError MESH0195 with the offset if the bytes are malformed.
 */
export const decode = <N extends MessageName>(name: N, bytes: Uint8Array): Messages[N] => decodeMessage(name, bytes) as Messages[N]

/** Encodes a part once; the result stands wherever a value of that message stands. */
export const preEncode = <N extends MessageName>(name: N, value: Messages[N]): Encoded & Messages[N] => new Encoded(name, encodeMessage(name, value)) as Encoded & Messages[N]

/** Packs a message into an Any. The fields are shared, not copied; a pre-encoded message keeps its bytes, under `RAW`. */
export function any<N extends MessageName>(name: N, value: Messages[N]): Any {
  if (value instanceof Encoded) return { '@type': typeUrl(name), [RAW]: value.bytes }
  const { leaf, isAny } = tableOf(name)
  const body = leaf === undefined && !isAny ? (value as object) : { value }
  return { '@type': typeUrl(name), ...body }
}

/** JSON-ready form (`JSON.stringify` needs nothing more): bytes as base64, unknown fields left out, fields in number order. */
export const toJson = <N extends MessageName>(name: N, value: Messages[N]): unknown => messageToJson(name, value)

/**
 * Proto3 JSON to a message, strictly. Field names may be lowerCamel or as in the .proto file. Unknown fields, unknown enum names and
 * values of the wrong type are problems and are left out of `value`. Never throws for what the JSON holds.
 */
export function fromJson<N extends MessageName>(name: N, json: unknown): { readonly value: Messages[N]; readonly problems: readonly JsonProblem[] } {
  const { value, problems } = messageFromJson(name, json)
  return { value: value as Messages[N], problems }
}
