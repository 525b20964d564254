/** Composes frames and sends them; the stream below gathers what one turn writes. */
import { ByteWriter } from '../bytes/byte-writer.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { CODE, FLAG, FRAME, MAX_FRAME_BYTES, MAX_WINDOW } from './protocol.ts'

/** Scratch for one block or control frame; everything is sent within the call that composes it. */
const SCRATCH = new ByteWriter(16 * 1024)

/** Sends frames on one connection. */
export class FrameWriter {
  /** The peer's SETTINGS_MAX_FRAME_SIZE, up to our own maximum. */
  maxFrameBytes = MAX_FRAME_BYTES
  private readonly stream: ByteStream

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  raw(bytes: Uint8Array): boolean {
    return this.stream.send(bytes, 0, bytes.length, true)
  }

  /** A scratch writer with room for a frame head; to be finished by {@link headers}. */
  beginBlock(): ByteWriter {
    const writer = SCRATCH.reset()
    writer.reserve(9)
    writer.length = 9
    return writer
  }

  /** Sends the block in `writer` as HEADERS, with CONTINUATION frames if it is too long for one. */
  headers(writer: ByteWriter, id: number, endStream: boolean): boolean {
    const length = writer.length - 9
    const first = Math.min(length, this.maxFrameBytes)
    const endFlag = endStream ? FLAG.endStream : 0
    putHead(writer.bytes, first, FRAME.headers, endFlag | (first === length ? FLAG.endHeaders : 0), id)
    let sent = this.stream.send(writer.bytes, 0, 9 + first, false)
    for (let at = 9 + first; at < writer.length; ) {
      const piece = Math.min(writer.length - at, this.maxFrameBytes)
      const head = new Uint8Array(9)
      putHead(head, piece, FRAME.continuation, at + piece === writer.length ? FLAG.endHeaders : 0, id)
      this.stream.send(head, 0, 9, true)
      sent = this.stream.send(writer.bytes, at, at + piece, false)
      at += piece
    }
    return sent
  }

  /** One DATA frame; the range fits (windows and frame size are the caller's business). */
  data(id: number, bytes: Uint8Array, from: number, to: number, endStream: boolean, owned: boolean): boolean {
    const writer = SCRATCH.reset()
    writer.reserve(9)
    putHead(writer.bytes, to - from, FRAME.data, endStream ? FLAG.endStream : 0, id)
    const sent = this.stream.send(writer.bytes, 0, 9, false)
    return from < to ? this.stream.send(bytes, from, to, owned) : sent
  }

  settings(values: readonly (readonly [id: number, value: number])[]): boolean {
    const writer = this.control(values.length * 6, FRAME.settings, 0, 0)
    for (const [id, value] of values) {
      writer.byte(id >>> 8)
      writer.byte(id & 0xff)
      putUint32(writer, value)
    }
    return this.flush(writer)
  }

  settingsAck(): boolean {
    return this.flush(this.control(0, FRAME.settings, FLAG.ack, 0))
  }

  /** `payload` has 8 bytes. */
  ping(payload: Uint8Array, from: number, ack: boolean): boolean {
    const writer = this.control(8, FRAME.ping, ack ? FLAG.ack : 0, 0)
    writer.copy(payload, from, from + 8)
    return this.flush(writer)
  }

  reset(id: number, code: number): boolean {
    const writer = this.control(4, FRAME.reset, 0, id)
    putUint32(writer, code)
    return this.flush(writer)
  }

  windowUpdate(id: number, increment: number): boolean {
    const writer = this.control(4, FRAME.windowUpdate, 0, id)
    putUint32(writer, increment)
    return this.flush(writer)
  }

  goaway(lastId: number, code: number, detail: string): boolean {
    const writer = this.control(8 + detail.length, FRAME.goaway, 0, 0)
    putUint32(writer, lastId & MAX_WINDOW)
    putUint32(writer, code)
    writer.text(detail)
    return this.flush(writer)
  }

  private control(length: number, type: number, flags: number, id: number): ByteWriter {
    const writer = SCRATCH.reset()
    writer.reserve(9 + length)
    putHead(writer.bytes, length, type, flags, id)
    writer.length = 9
    return writer
  }

  private flush(writer: ByteWriter): boolean {
    return this.stream.send(writer.bytes, 0, writer.length, false)
  }
}

function putHead(bytes: Uint8Array, length: number, type: number, flags: number, id: number): void {
  bytes[0] = length >>> 16
  bytes[1] = length >>> 8
  bytes[2] = length
  bytes[3] = type
  bytes[4] = flags
  bytes[5] = id >>> 24
  bytes[6] = id >>> 16
  bytes[7] = id >>> 8
  bytes[8] = id
}

function putUint32(writer: ByteWriter, value: number): void {
  writer.byte((value >>> 24) & 0xff)
  writer.byte((value >>> 16) & 0xff)
  writer.byte((value >>> 8) & 0xff)
  writer.byte(value & 0xff)
}

/** Error codes of the reasons that owners give for a reset. */
export const RESET_CODES = {
  cancel: CODE.cancel,
  refused: CODE.refused,
  protocol: CODE.protocol,
  connection: CODE.cancel,
  overflow: CODE.enhanceYourCalm,
  internal: CODE.internal,
  timeout: CODE.cancel,
  'enhance-your-calm': CODE.enhanceYourCalm,
} as const
