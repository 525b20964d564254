/** A message that is encoded already, to be joined into a bigger one without being encoded again. */

/**
 * Bytes that stand where a message value stands: make it with `preEncode`, put it into a (repeated) message field, and `encode` copies
 * the bytes. The bytes are owned by the caller and must not change afterwards.
 */
export class Encoded {
  /** Full name of the message. */
  readonly name: string
  readonly bytes: Uint8Array

  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    this.bytes = bytes
  }
}
