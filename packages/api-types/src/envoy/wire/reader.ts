/** Reads protobuf's wire format; every read is checked against the end. @see https://protobuf.dev/programming-guides/encoding/ */
import { malformedBytes } from '../errors.ts'

const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Texts up to this many bytes are joined char by char; longer ones are faster through TextDecoder. */
const SHORT_TEXT = 24

/** How deep messages may nest: deeper input is refused, as every protobuf runtime does. */
export const MAX_DEPTH = 100

/** A position in bytes. `depth` counts the messages around it. */
export class Reader {
  readonly bytes: Uint8Array
  pos = 0
  depth = 0
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** A varint of up to 64 bits of which the low 32 are kept, unsigned. @throws MeshError MESH0195 */
  varint(end: number): number {
    const bytes = this.bytes
    const start = this.pos
    const first = start < end ? (bytes[start] ?? 0) : 0x80
    if (first < 0x80) {
      this.pos = start + 1
      return first
    }
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= end) throw malformedBytes('a varint is cut off', start)
      const byte = bytes[this.pos++] ?? 0
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw malformedBytes('a varint is longer than 10 bytes', start)
  }

  /** A 64-bit varint, unsigned: a number as long as it is exact, a bigint above. @throws MeshError MESH0195 */
  varint64(end: number): number | bigint {
    const start = this.pos
    let low = 0
    for (let factor = 1; factor <= 0x2_0000_0000_0000; factor *= 128) {
      if (this.pos >= end) throw malformedBytes('a varint is cut off', start)
      const byte = this.bytes[this.pos++] ?? 0
      low += (byte & 0x7f) * factor
      if (byte < 0x80 && low <= Number.MAX_SAFE_INTEGER) return low
      if (byte < 0x80) break
    }
    this.pos = start
    return this.bigVarint(end, start)
  }

  private bigVarint(end: number, start: number): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.pos >= end) throw malformedBytes('a varint is cut off', start)
      const byte = this.bytes[this.pos++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw malformedBytes('a varint is longer than 10 bytes', start)
  }

  private take(count: number, end: number): number {
    const at = this.pos
    if (at + count > end) throw malformedBytes('a value is cut off', at)
    this.pos = at + count
    return at
  }

  fixed32(end: number): number {
    return this.view.getUint32(this.take(4, end), true)
  }

  fixed64(end: number): bigint {
    return this.view.getBigUint64(this.take(8, end), true)
  }

  float(end: number): number {
    return this.view.getFloat32(this.take(4, end), true)
  }

  double(end: number): number {
    return this.view.getFloat64(this.take(8, end), true)
  }

  /** Reads a length and gives the end of what it measures. @throws MeshError MESH0195 if that is beyond `end`. */
  blockEnd(end: number): number {
    const at = this.pos
    const length = this.varint(end)
    if (length > end - this.pos) throw malformedBytes(`a length of ${length} goes beyond the end`, at)
    return this.pos + length
  }

  /** A copy of a length-delimited block. */
  block(end: number): Uint8Array {
    const stop = this.blockEnd(end)
    const bytes = this.bytes.slice(this.pos, stop)
    this.pos = stop
    return bytes
  }

  /** A length-delimited text. @throws MeshError MESH0195 if it is no UTF-8. */
  text(end: number): string {
    const stop = this.blockEnd(end)
    const start = this.pos
    this.pos = stop
    if (stop - start <= SHORT_TEXT) {
      let text = ''
      for (let at = start; at < stop; at++) {
        const code = this.bytes[at] ?? 0
        if (code > 0x7f) return this.utf8(start, stop)
        text += String.fromCharCode(code)
      }
      return text
    }
    return this.utf8(start, stop)
  }

  private utf8(start: number, stop: number): string {
    try {
      return TEXT.decode(this.bytes.subarray(start, stop))
    } catch {
      throw malformedBytes('a text is not UTF-8', start)
    }
  }

  /** Steps into a nested message. @throws MeshError MESH0195 beyond {@link MAX_DEPTH}. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) throw malformedBytes(`messages nest deeper than ${MAX_DEPTH}`, this.pos)
  }

  leave(): void {
    this.depth--
  }

  /** Skips the value of a field. @throws MeshError MESH0195 for a wire type that does not exist or a group without its end. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case 0: this.varint(end); return
      case 1: this.take(8, end); return
      case 2: this.pos = this.blockEnd(end); return
      case 3: this.skipGroup(tag >>> 3, end); return
      case 5: this.take(4, end); return
      default: throw malformedBytes(`wire type ${tag & 7} does not exist here`, this.pos)
    }
  }

  private skipGroup(number: number, end: number): void {
    this.enter()
    for (;;) {
      const tag = this.varint(end)
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== number) throw malformedBytes('a group ends with another number', this.pos)
        break
      }
      this.skip(tag, end)
    }
    this.leave()
  }
}
