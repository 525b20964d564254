/** A header block that comes in pieces: HEADERS and CONTINUATION joined (RFC 9113 4.3). */
import { copyBytes } from '../bytes/latin1.ts'
import { FLAG, MAX_WINDOW } from './protocol.ts'

const NOTHING = new Uint8Array(0)

/** Where the block lies in a HEADERS payload, or what is wrong with the frame. */
export type HeadersPayload = { readonly from: number; readonly to: number; readonly badPriority: boolean } | 'padding' | 'size'

/** Takes padding and priority off a HEADERS payload; a stream that depends on itself is reported. */
export function headersPayload(flags: number, id: number, bytes: Uint8Array, from: number, to: number): HeadersPayload {
  let at = from
  let end = to
  if ((flags & FLAG.padded) !== 0) {
    end = to - (bytes[at++] ?? 0)
    if (from >= to || at > end) return 'padding'
  }
  if ((flags & FLAG.priority) === 0) return { from: at, to: end, badPriority: false }
  if (at + 5 > end) return 'size'
  return { from: at + 5, to: end, badPriority: (uint32(bytes, at) & MAX_WINDOW) === id }
}

/** The block under way on a connection; nothing else may come before it is whole. */
export class HeaderBlock {
  /** Its stream; 0 = no block is under way. */
  id = 0
  flags = 0
  badPriority = false
  bytes = NOTHING
  length = 0

  start(id: number, flags: number, badPriority: boolean): void {
    this.id = id
    this.flags = flags
    this.badPriority = badPriority
    this.length = 0
  }

  /** Adds a piece; false if the block would be longer than `most` bytes. */
  append(bytes: Uint8Array, from: number, to: number, most: number): boolean {
    const length = this.length + to - from
    if (length > most) return false
    if (length > this.bytes.length) {
      const grown = new Uint8Array(length * 2)
      copyBytes(this.bytes, 0, this.length, grown, 0)
      this.bytes = grown
    }
    copyBytes(bytes, from, to, this.bytes, this.length)
    this.length = length
    return true
  }

  /** The block is whole: its bytes, which the connection forgets. */
  finish(): Uint8Array {
    const { bytes } = this
    this.id = 0
    this.bytes = NOTHING
    return bytes
  }
}

/** Four bytes as a number. */
export const uint32 = (bytes: Uint8Array, at: number): number => (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
