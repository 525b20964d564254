/** HTTP/2 frames written by hand, for peers that misbehave; and a reader for what a codec sent. */
import { ByteWriter } from '../bytes/byte-writer.ts'
import { HpackDecoder } from '../http2/hpack/decoder.ts'
import { HpackEncoder } from '../http2/hpack/encoder.ts'

/** One frame. */
export function frame(type: number, flags: number, id: number, payload: Uint8Array | readonly number[] = []): Uint8Array {
  const { length } = payload
  return Uint8Array.from([length >> 16, (length >> 8) & 255, length & 255, type, flags, id >>> 24, (id >> 16) & 255, (id >> 8) & 255, id & 255, ...payload])
}

export const uint32 = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))

/** A header block of literals, independent of any table. */
export function block(fields: readonly (readonly [string, string])[]): Uint8Array {
  const writer = new ByteWriter(64)
  const encoder = new HpackEncoder()
  encoder.setPeerLimit(0)
  // The size update itself is not wanted: without it the peer's table is simply not used.
  const unused = new ByteWriter(8)
  encoder.begin(unused)
  for (const [name, value] of fields) encoder.field(writer, name, value, true)
  return writer.bytes.slice(0, writer.length)
}

/** The usual request. */
export const requestBlock = (path = '/', extra: readonly (readonly [string, string])[] = []): Uint8Array =>
  block([[':method', 'GET'], [':scheme', 'http'], [':path', path], [':authority', 'a'], ...extra])

/** A frame as read back. */
export interface ReadFrame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly payload: Uint8Array
}

/** Cuts output into frames. */
export function readFrames(bytes: Uint8Array): ReadFrame[] {
  const frames: ReadFrame[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const id = ((bytes[at + 5] ?? 0) << 24) | ((bytes[at + 6] ?? 0) << 16) | ((bytes[at + 7] ?? 0) << 8) | (bytes[at + 8] ?? 0)
    frames.push({ type: bytes[at + 3] ?? 0, flags: bytes[at + 4] ?? 0, id, payload: bytes.slice(at + 9, at + 9 + length) })
    at += 9 + length
  }
  return frames
}

/** Error code of a GOAWAY or RST_STREAM. */
export const codeOf = (read: ReadFrame | undefined): number | undefined => (read ? read.payload.at(read.type === 7 ? 7 : 3) : undefined)

/** Decodes HEADERS payloads of one connection in order. */
export function headerLists(frames: readonly ReadFrame[]): string[][] {
  const decoder = new HpackDecoder({ maxBytes: 1e6, maxFields: 1e4 })
  return frames.filter(read => read.type === 1).map(read => (decoder.decode(read.payload, 0, read.payload.length) ? decoder.pairs : ['?']))
}
