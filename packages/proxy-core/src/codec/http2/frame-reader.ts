/** Cuts the byte stream into frames. DATA is passed on as it arrives; the payload of other frames is handed over whole. */
import { copyBytes } from '../bytes/latin1.ts'
import { FLAG, FRAME, MAX_FRAME_BYTES } from './protocol.ts'

/** Who gets the frames. Each method returns false when the connection is over and reading must stop. */
export interface FrameSink {
  /** Before anything else of a frame; `length` is the payload's. Frame size errors are answered here. */
  onFrame(type: number, flags: number, id: number, length: number): boolean
  /** Payload of any frame but DATA. */
  onPayload(type: number, flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean
  /** A piece of DATA without padding; `end` with the last piece of a stream (which may be empty). */
  onDataPiece(id: number, bytes: Uint8Array, from: number, to: number, end: boolean): boolean
  /** A frame longer than we allow, or padding longer than its frame. */
  onBadFrame(kind: 'size' | 'padding'): void
}

const NOTHING = new Uint8Array(0)

/** Incremental; keeps at most one incomplete control frame (16 KiB). */
export class FrameReader {
  private readonly sink: FrameSink
  private readonly head = new Uint8Array(9)
  private headLength = 0
  private type = 0
  private flags = 0
  private id = 0
  /** Payload bytes still to come; -1 while the frame head is incomplete. */
  private remaining = -1
  private padding = 0
  private padded = false
  private payload = NOTHING
  private payloadLength = 0

  constructor(sink: FrameSink) {
    this.sink = sink
  }

  /** Reads `bytes[from, to)`; false when the sink has stopped. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    let i = from
    while (i < to || this.remaining === 0) {
      if (this.remaining < 0) i = this.readHead(bytes, i, to)
      else i = this.type === FRAME.data ? this.readData(bytes, i, to) : this.readPayload(bytes, i, to)
      if (i < 0) return false
    }
    return true
  }

  private readHead(bytes: Uint8Array, from: number, to: number): number {
    let source = bytes
    let at = from
    let next = from + 9
    if (this.headLength > 0 || to - from < 9) {
      const taken = Math.min(9 - this.headLength, to - from)
      copyBytes(bytes, from, from + taken, this.head, this.headLength)
      this.headLength += taken
      if (this.headLength < 9) return from + taken
      source = this.head
      at = 0
      next = from + taken
    }
    this.headLength = 0
    const length = ((source[at] ?? 0) << 16) | ((source[at + 1] ?? 0) << 8) | (source[at + 2] ?? 0)
    this.type = source[at + 3] ?? 0
    this.flags = source[at + 4] ?? 0
    this.id = (((source[at + 5] ?? 0) & 0x7f) << 24) | ((source[at + 6] ?? 0) << 16) | ((source[at + 7] ?? 0) << 8) | (source[at + 8] ?? 0)
    if (length > MAX_FRAME_BYTES) {
      this.sink.onBadFrame('size')
      return -1
    }
    if (!this.sink.onFrame(this.type, this.flags, this.id, length)) return -1
    this.remaining = length
    this.payloadLength = 0
    this.padding = 0
    this.padded = this.type === FRAME.data && (this.flags & FLAG.padded) !== 0
    return next
  }

  private readData(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    if (this.padded && this.remaining > 0) {
      this.padding = bytes[i++] ?? 0
      this.remaining--
      this.padded = false
      if (this.padding > this.remaining) {
        this.sink.onBadFrame('padding')
        return -1
      }
    }
    const available = Math.min(to - i, this.remaining)
    const payload = Math.max(0, Math.min(available, this.remaining - this.padding))
    this.remaining -= available
    const end = this.remaining === 0 && (this.flags & FLAG.endStream) !== 0
    if (this.remaining === 0) this.remaining = -1
    if (payload === 0 && !end) return i + available
    return this.sink.onDataPiece(this.id, bytes, i, i + payload, end) ? i + available : -1
  }

  private readPayload(bytes: Uint8Array, from: number, to: number): number {
    const { type, flags, id, remaining } = this
    if (this.payloadLength === 0 && to - from >= remaining) {
      this.remaining = -1
      return this.sink.onPayload(type, flags, id, bytes, from, from + remaining) ? from + remaining : -1
    }
    if (this.payloadLength === 0) this.payload = new Uint8Array(remaining)
    const taken = Math.min(to - from, this.payload.length - this.payloadLength)
    copyBytes(bytes, from, from + taken, this.payload, this.payloadLength)
    this.payloadLength += taken
    if (this.payloadLength < this.payload.length) return from + taken
    const { payload } = this
    this.remaining = -1
    this.payload = NOTHING
    return this.sink.onPayload(type, flags, id, payload, 0, payload.length) ? from + taken : -1
  }
}
