/** Collects a head that arrives in pieces. Each byte is looked at once for the end; the scan runs when the head is whole. */
import { copyBytes } from '../bytes/latin1.ts'
import { PROBLEMS, type Http1Problem } from './problems.ts'

const CR = 13
const LF = 10

/** A buffer for one incomplete head; empty most of the time. */
export class HeadCollector {
  bytes = new Uint8Array(0)
  length = 0
  complete = false
  problem: Http1Problem | undefined
  /** Bytes of the current line. */
  private lineLength = 0

  get active(): boolean {
    return this.length > 0
  }

  reset(): void {
    this.length = 0
    this.lineLength = 0
    this.complete = false
  }

  /** Takes bytes up to the end of the head; returns the position after what was taken. Sets `complete` or `problem`. */
  take(source: Uint8Array, from: number, to: number, maxBytes: number): number {
    let i = from
    for (; i < to && !this.complete; i++) {
      if (source[i] !== LF) {
        this.lineLength++
        continue
      }
      const before = i > from ? source[i - 1] : this.bytes[this.length - 1]
      if (before !== CR) this.problem = PROBLEMS.invalidCharacters
      if (before !== CR) return i
      this.complete = this.lineLength === 1
      this.lineLength = 0
    }
    if (this.length + i - from > maxBytes) this.problem = PROBLEMS.headTooLarge
    else this.append(source, from, i)
    return i
  }

  private append(source: Uint8Array, from: number, to: number): void {
    const length = this.length + to - from
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(1024, length * 2))
      copyBytes(this.bytes, 0, this.length, grown, 0)
      this.bytes = grown
    }
    copyBytes(source, from, to, this.bytes, this.length)
    this.length = length
  }
}
