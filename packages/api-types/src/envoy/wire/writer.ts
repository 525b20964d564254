/** Writes protobuf's wire format into one growing buffer. @see https://protobuf.dev/programming-guides/encoding/ */

const TEXT = new TextEncoder()

/** Texts up to this many code units are copied char by char; longer ones are faster through TextEncoder (measured: about 50 in V8). */
const SHORT_TEXT = 48

const varintSize = (value: number): number => (value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5)

/** A growing buffer; `pos` is the end of what is written. */
export class Writer {
  bytes: Uint8Array
  pos = 0
  private view: DataView

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.pos + count <= this.bytes.length) return
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.pos + count))
    next.set(this.bytes.subarray(0, this.pos))
    this.bytes = next
    this.view = new DataView(next.buffer)
  }

  /** An unsigned 32-bit varint. */
  varint(value: number): void {
    this.reserve(5)
    const bytes = this.bytes
    if (value < 0x80) {
      bytes[this.pos++] = value
      return
    }
    let rest = value
    while (rest > 0x7f) {
      bytes[this.pos++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[this.pos++] = rest
  }

  /** A 64-bit varint; negative values as two's complement. */
  varint64(value: bigint): void {
    this.reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest > 0x7fn) {
      this.bytes[this.pos++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.pos++] = Number(rest)
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.pos, value >>> 0, true)
    this.pos += 4
  }

  fixed64(value: bigint): void {
    this.reserve(8)
    this.view.setBigUint64(this.pos, BigInt.asUintN(64, value), true)
    this.pos += 8
  }

  float(value: number): void {
    this.reserve(4)
    this.view.setFloat32(this.pos, value, true)
    this.pos += 4
  }

  double(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.pos, value, true)
    this.pos += 8
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.pos)
    this.pos += bytes.length
  }

  /** Length and bytes. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** Length and UTF-8; a lone surrogate becomes U+FFFD. */
  text(value: string): void {
    const length = value.length
    this.reserve(length * 3 + 5)
    if (length < SHORT_TEXT && this.ascii(value, length)) return
    const width = varintSize(length)
    const { written } = TEXT.encodeInto(value, this.bytes.subarray(this.pos + width))
    const start = this.pos + width
    this.pos = start + written
    this.close(start, width)
  }

  /** A short ASCII text; false (and nothing written) if it is not ASCII. */
  private ascii(value: string, length: number): boolean {
    const bytes = this.bytes
    let at = this.pos
    bytes[at++] = length
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.pos = at
    return true
  }

  /** Leaves `width` bytes for the length of what follows; the answer is where that starts. */
  open(width: number): number {
    this.reserve(width)
    this.pos += width
    return this.pos
  }

  /** Writes the length of what was written since `open`, moving it if the guess was wrong; the answer is the right width. */
  close(start: number, width: number): number {
    const length = this.pos - start
    if (length < 0x80 && width === 1) {
      this.bytes[start - 1] = length
      return 1
    }
    const right = varintSize(length)
    if (right !== width) {
      this.reserve(5)
      this.bytes.copyWithin(start - width + right, start, this.pos)
    }
    const end = this.pos + right - width
    this.pos = start - width
    this.varint(length)
    this.pos = end
    return right
  }

  /** A copy of what was written. */
  result(): Uint8Array {
    return this.bytes.slice(0, this.pos)
  }
}
