/** Finds where a body ends (RFC 9112 6, 7.1): by length, by chunks, or with the connection; payload ranges are passed on as they lie. */
import { HEX } from '../bytes/byte-classes.ts'
import { AFTER_SEMICOLON, extensionStep, mayEndExtension, REFUSED } from './chunk-extension.ts'
import { HeadCollector } from './head-collector.ts'
import { HeadFacts } from './head-scanner.ts'
import { PROBLEMS, type Http1Problem } from './problems.ts'
import { RawFields } from './raw-fields.ts'
import { DROPPED, HOST, MARK, NAME_LENGTH, STRIDE } from './field-table.ts'

/** Who gets the body. Exactly one of `bodyData(.., end = true)` and `bodyTrailers` ends it. */
export interface BodySink {
  bodyData(bytes: Uint8Array, from: number, to: number, end: boolean): void
  bodyTrailers(trailers: RawFields): void
}

/** How the end of a body is known. */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'close'

/** All chunk extensions of one message together; they carry nothing that anybody uses. */
const MAX_EXTENSION_BYTES = 16 * 1024
const MAX_TRAILER_BYTES = 16 * 1024
const NOTHING = new Uint8Array(0)
const CR = 13
const LF = 10
const SEMICOLON = 0x3b

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILERS = 6

/** Reads one body after another; `start` for each. */
export class BodyReader {
  problem: Http1Problem | undefined
  done = true
  private framing: BodyFraming = 'none'
  private remaining = 0
  private state = SIZE
  private digits = 0
  private extensionBytes = 0
  private extension: number = AFTER_SEMICOLON
  private trailers: HeadCollector | undefined
  /** A payload range not yet passed on, so that it can carry the end if the end is in the same read. */
  private heldFrom = 0
  private heldTo = 0

  start(framing: BodyFraming, length: number): void {
    this.framing = framing
    this.remaining = framing === 'length' ? length : 0
    this.done = false
    this.state = SIZE
    this.digits = 0
    this.extensionBytes = 0
    this.heldFrom = this.heldTo = 0
  }

  /** Reads from `bytes[from, to)`, returns the position after the last byte of this body; `done` or `problem` may be set. */
  read(bytes: Uint8Array, from: number, to: number, sink: BodySink): number {
    if (this.framing === 'length') return this.readLength(bytes, from, to, sink)
    if (this.framing === 'chunked') return this.readChunks(bytes, from, to, sink)
    sink.bodyData(bytes, from, to, false)
    return to
  }

  /** The connection has ended: true if that is a proper end of this body. */
  endOfStream(sink: BodySink): boolean {
    if (this.framing !== 'close') return false
    this.done = true
    sink.bodyData(NOTHING, 0, 0, true)
    return true
  }

  private readLength(bytes: Uint8Array, from: number, to: number, sink: BodySink): number {
    const end = Math.min(to, from + this.remaining)
    this.remaining -= end - from
    this.done = this.remaining === 0
    sink.bodyData(bytes, from, end, this.done)
    return end
  }

  private readChunks(bytes: Uint8Array, from: number, to: number, sink: BodySink): number {
    let i = from
    while (i < to && !this.done && !this.problem) {
      switch (this.state) {
        case SIZE:
          i = this.readSize(bytes, i, to)
          break
        case EXTENSION:
          i = this.readExtension(bytes, i, to)
          break
        case SIZE_LF:
          i = this.expect(bytes, i, LF, this.remaining === 0 ? TRAILERS : DATA)
          break
        case DATA:
          i = this.readData(bytes, i, to, sink)
          break
        case DATA_CR:
          i = this.expect(bytes, i, CR, DATA_LF)
          break
        case DATA_LF:
          i = this.expect(bytes, i, LF, SIZE)
          this.digits = 0
          break
        default:
          i = this.readTrailers(bytes, i, to, sink)
      }
    }
    // Nothing of a broken message goes on, not even what came before the fault in this read.
    if (!this.done && !this.problem) this.release(bytes, sink)
    return i
  }

  private expect(bytes: Uint8Array, at: number, byte: number, next: number): number {
    if (bytes[at] !== byte) this.problem = PROBLEMS.chunk
    this.state = next
    return at + 1
  }

  private readSize(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    while (i < to) {
      const digit = HEX[bytes[i] ?? 0] ?? 255
      if (digit === 255) break
      // 13 digits keep the number exact; nobody sends a chunk of 4 PiB.
      if (++this.digits > 13) this.problem = PROBLEMS.chunk
      this.remaining = this.remaining * 16 + digit
      i++
    }
    if (i >= to) return i
    if (this.digits === 0) this.problem = PROBLEMS.chunk
    if (bytes[i] === CR) this.state = SIZE_LF
    else if (bytes[i] === SEMICOLON) {
      this.state = EXTENSION
      this.extension = AFTER_SEMICOLON
    }
    else this.problem = PROBLEMS.chunk
    return i + 1
  }

  private readExtension(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    while (i < to && bytes[i] !== CR) this.extension = extensionStep(this.extension, bytes[i++] ?? 0)
    this.extensionBytes += i - from
    if (this.extension === REFUSED) this.problem = PROBLEMS.chunk
    if (this.extensionBytes > MAX_EXTENSION_BYTES) this.problem = PROBLEMS.chunkExtensions
    if (i >= to) return i
    if (!mayEndExtension(this.extension)) this.problem = PROBLEMS.chunk
    this.state = SIZE_LF
    return i + 1
  }

  private readData(bytes: Uint8Array, from: number, to: number, sink: BodySink): number {
    const end = Math.min(to, from + this.remaining)
    this.remaining -= end - from
    this.release(bytes, sink)
    this.heldFrom = from
    this.heldTo = end
    if (this.remaining === 0) this.state = DATA_CR
    return end
  }

  /** Passes the held range on. */
  private release(bytes: Uint8Array, sink: BodySink): void {
    const { heldFrom, heldTo } = this
    this.heldFrom = this.heldTo = 0
    if (heldTo > heldFrom) sink.bodyData(bytes, heldFrom, heldTo, false)
  }

  private readTrailers(bytes: Uint8Array, from: number, to: number, sink: BodySink): number {
    const collector = (this.trailers ??= new HeadCollector())
    const i = collector.take(bytes, from, to, MAX_TRAILER_BYTES)
    if (collector.problem) this.problem = collector.problem === PROBLEMS.headTooLarge ? PROBLEMS.headTooLarge : PROBLEMS.trailers
    if (this.problem || !collector.complete) return i
    const fields = collector.length > 2 ? this.parseTrailers(collector) : undefined
    this.trailers = undefined
    if (this.problem) return i
    this.done = true
    if (fields === undefined) this.finish(bytes, sink)
    else {
      this.release(bytes, sink)
      sink.bodyTrailers(fields)
    }
    return i
  }

  private finish(bytes: Uint8Array, sink: BodySink): void {
    const { heldFrom, heldTo } = this
    this.heldFrom = this.heldTo = 0
    if (heldTo > heldFrom) sink.bodyData(bytes, heldFrom, heldTo, true)
    else sink.bodyData(NOTHING, 0, 0, true)
  }

  private parseTrailers(collector: HeadCollector): RawFields | undefined {
    const facts = new HeadFacts()
    if (!facts.scanFields(collector.bytes, 0, collector.length, 100)) this.problem = PROBLEMS.trailers
    if (this.problem) return undefined
    dropFraming(facts)
    return new RawFields(collector.bytes, facts.table, 0, facts.end - 2)
  }
}

/** RFC 9110 6.5.1: what frames or routes a message has no business in its trailers; it is never merged into the head. */
function dropFraming(facts: HeadFacts): void {
  const { cells, count } = facts.table
  for (let at = 0; at < count * STRIDE; at += STRIDE) {
    const isLength = facts.contentLength >= 0 && cells[at + NAME_LENGTH] === 14
    if (cells[at + MARK] === HOST || isLength) cells[at + MARK] = DROPPED
  }
}
