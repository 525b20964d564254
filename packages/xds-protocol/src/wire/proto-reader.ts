/** Reads protobuf fields one by one; bounds-checked, for the small messages that clients send (xDS requests are hostile input). */
import { malformedMessage } from '../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A field as found: `bytes` for length-delimited ones, `number` for varints and fixed ones (exact up to 2^53). */
export interface RawField {
  readonly field: number
  readonly number: number
  readonly bytes: Uint8Array
}

const none = new Uint8Array(0)

/**
 * Walks the fields of a message in wire order; groups are refused.
 * @throws MeshError MESH0501 for anything that is not a well-formed message.
 */
export function* readFields(message: Uint8Array): Generator<RawField> {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      const byte = message[at++]
      if (byte === undefined) throw malformedMessage('a number is cut off', at)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
    throw malformedMessage('a number is too long', at)
  }
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw malformedMessage('a field is longer than the message', at)
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    if (field < 1 || field > 0x1fffffff) throw malformedMessage('a field number is out of range', at)
    switch (tag % 8) {
      case 0: yield { field, number: varint(), bytes: none }; break
      case 1: yield { field, number: 0, bytes: take(8) }; break
      case 2: yield { field, number: 0, bytes: take(varint()) }; break
      case 5: yield { field, number: 0, bytes: take(4) }; break
      default: throw malformedMessage('a field has an unknown wire type', at)
    }
  }
}

/** Text of a string field. @throws MeshError MESH0501 if it is not UTF-8. */
export function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw malformedMessage('a text is not UTF-8', 0, cause)
  }
}
