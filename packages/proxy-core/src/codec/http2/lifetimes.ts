/** Which streams of a connection are open, and how they and the connection come to their end (RFC 9113 5.1, 5.4). */
import type { ResetReason } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { ClosedStreams } from './closed-streams.ts'
import type { Flood, FloodGuard } from './flood-guard.ts'
import { RESET_CODES, type FrameWriter } from './frame-writer.ts'
import { CODE } from './protocol.ts'
import type { Side } from './side.ts'
import type { Http2Stream } from './stream.ts'

/** One per connection; whoever finds a fault of the peer reports it here. @internal */
export class Lifetimes<In, Out> {
  /** Those that have a number and are not over. */
  readonly streams = new Map<number, Http2Stream<In, Out>>()
  /** A client's streams whose head was not sent yet. */
  readonly unopened = new Set<Http2Stream<In, Out>>()
  closed = false
  private readonly recent = new ClosedStreams()
  private readonly side: Side<In, Out>
  private readonly byteStream: ByteStream
  private readonly writer: FrameWriter
  private readonly guard: FloodGuard

  constructor(side: Side<In, Out>, byteStream: ByteStream, writer: FrameWriter, guard: FloodGuard) {
    this.side = side
    this.byteStream = byteStream
    this.writer = writer
    this.guard = guard
  }

  /** Streams that have an owner. */
  get active(): number {
    return this.streams.size + this.unopened.size
  }

  /** Of a stream that is gone: true if we reset it, so that frames on their way are no fault of the peer; undefined if it is not remembered. */
  wasResetByUs(id: number): boolean | undefined {
    return this.recent.get(id)
  }

  // --- one stream ---

  /** One direction of a stream has ended; what neither side needs any more is closed. */
  halfClosed(stream: Http2Stream<In, Out>): void {
    if (!this.streams.has(stream.id)) return
    if (stream.localEnded && stream.remoteEnded) return this.finish(stream, false)
    const { isServer } = this.side
    if (stream.isTunnel || !(isServer ? stream.localEnded : stream.remoteEnded)) return
    // The answer is complete: the rest of the question is not wanted (RFC 9113 8.1).
    this.writer.reset(stream.id, isServer ? CODE.noError : CODE.cancel)
    this.finish(stream, true)
  }

  private finish(stream: Http2Stream<In, Out>, resetByUs: boolean): void {
    this.forget(stream, resetByUs)
    stream.detach()
    this.side.onStreamGone()
  }

  resetByOwner(stream: Http2Stream<In, Out>, reason: ResetReason): void {
    if (!this.streams.has(stream.id)) return
    this.forget(stream, true)
    stream.detach()
    stream.events = undefined
    this.writer.reset(stream.id, RESET_CODES[reason])
    this.side.onStreamGone()
  }

  /** The stream is not open any more; the caller tells its owner. */
  forget(stream: Http2Stream<In, Out>, resetByUs: boolean): void {
    this.streams.delete(stream.id)
    this.recent.add(stream.id, resetByUs)
  }

  /** Resets one stream because of the peer's fault; the connection goes on unless that has become a habit. */
  streamError(id: number, code: number, detail: string): boolean {
    const stream = this.streams.get(id)
    this.writer.reset(id, code)
    if (stream) {
      this.forget(stream, true)
      stream.lose(code === CODE.enhanceYourCalm ? 'overflow' : 'protocol', detail)
      this.side.onStreamGone()
    } else this.recent.add(id, true)
    return this.allows(this.guard.onWastedStream()) && !this.closed
  }

  // --- the connection ---

  /** False if the peer floods us, which ends the connection. */
  allows(flood: Flood | undefined): boolean {
    return flood === undefined || this.fail(CODE.enhanceYourCalm, flood)
  }

  /** A frame came that carries nothing. */
  allowControlFrame(): boolean {
    return this.allows(this.guard.onControlFrame())
  }

  /** A connection error: GOAWAY, then the end. */
  fail(code: number, detail: string): false {
    if (this.closed) return false
    this.writer.goaway(this.side.lastPeerId, code, detail)
    this.shut('protocol', detail)
    return false
  }

  /** Ends the connection in an orderly way. */
  shut(reason: ResetReason, detail: string): void {
    if (this.closed) return
    this.endAll(reason, detail)
    this.byteStream.close()
    this.side.onShut(reason, detail)
  }

  /** The connection is over: all owners are told, and nothing that still comes is read. */
  endAll(reason: ResetReason, detail: string): void {
    this.closed = true
    const lost = [...this.streams.values(), ...this.unopened]
    this.streams.clear()
    this.unopened.clear()
    for (const stream of lost) stream.lose(reason, detail)
  }
}
