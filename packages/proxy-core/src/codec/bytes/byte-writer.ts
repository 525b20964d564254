/** A growing buffer that heads and frames are composed in before they are sent. */
import { copyBytes, writeLatin1 } from './latin1.ts'

/** Appends pieces to `bytes[0, length)`. Reused: callers `reset` it, fill it and send it within one call. */
export class ByteWriter {
  bytes: Uint8Array
  length = 0
  private readonly allocate: (size: number) => Uint8Array

  /** `allocate` lets an engine hand in native buffers; the default is plain memory. */
  constructor(size: number, allocate: (size: number) => Uint8Array = n => new Uint8Array(n)) {
    this.allocate = allocate
    this.bytes = allocate(size)
  }

  reset(): this {
    this.length = 0
    return this
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = this.allocate(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  text(text: string): void {
    this.reserve(text.length)
    this.length = writeLatin1(this.bytes, this.length, text)
  }

  copy(source: Uint8Array, from: number, to: number): void {
    if (from >= to) return
    this.reserve(to - from)
    this.length = copyBytes(source, from, to, this.bytes, this.length)
  }
}
