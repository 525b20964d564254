/** What both sides of an HTTP/2 connection do alike: frames, settings, windows, errors (RFC 9113 4-6). */
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { CodecOptions, HeaderFields, ResetReason } from '../codec.ts'
import type { ByteStream, StreamEvents, StreamFailure } from '../../io/io-engine.ts'
import { PlainFields } from '../head/plain-fields.ts'
import { ClosedStreams } from './closed-streams.ts'
import { FloodGuard, type Flood } from './flood-guard.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import { frameProblem } from './frame-shape.ts'
import { FrameWriter, RESET_CODES } from './frame-writer.ts'
import { HeaderBlock, headersPayload, uint32 } from './header-block.ts'
import { trailersFrom } from './header-rules.ts'
import { HpackDecoder } from './hpack/decoder.ts'
import { HpackEncoder } from './hpack/encoder.ts'
import { PeerSettings } from './peer-settings.ts'
import { CODE, DEFAULT_WINDOW, FLAG, FRAME, MAX_FRAME_BYTES, MAX_WINDOW, SETTING } from './protocol.ts'
import { ReceiveWindow } from './receive-window.ts'
import { SendTurns } from './send-turns.ts'
import { type Http2Stream, resetReason, type StreamCarrier } from './stream.ts'

const NOTHING = new Uint8Array(0)

/** A header block may be this many times longer than an acceptable head before it counts as an attack. */
const HEAD_BYTES_READ = 3

/** One side of a connection; subclasses know who opens streams and what heads look like. */
export abstract class Http2Connection<In, Out> implements StreamEvents, FrameSink, StreamCarrier<In, Out> {
  readonly protocol = 'http2'
  readonly stream: ByteStream
  readonly writer: FrameWriter
  readonly streamWindow: number
  readonly turns = new SendTurns<Http2Stream<In, Out>>()
  /** The socket has a backlog. */
  backlogged = false
  protected readonly streams = new Map<number, Http2Stream<In, Out>>()
  protected readonly options: CodecOptions
  protected readonly decoder: HpackDecoder
  protected readonly guard = new FloodGuard()
  protected closed = false
  protected readonly peer = new PeerSettings()
  private readonly encoder = new HpackEncoder()
  private readonly reader: FrameReader
  private readonly window: ReceiveWindow
  /** Streams that are gone: true if we reset them, so that frames on their way are no fault of the peer. */
  private readonly recent = new ClosedStreams()
  private readonly block = new HeaderBlock()

  constructor(stream: ByteStream, options: CodecOptions) {
    this.stream = stream
    this.options = options
    this.writer = new FrameWriter(stream)
    this.reader = new FrameReader(this)
    this.decoder = new HpackDecoder({ maxBytes: options.maxHeadBytes, maxFields: options.maxHeaders })
    this.streamWindow = Math.min(Math.max(options.initialStreamWindow, DEFAULT_WINDOW), MAX_WINDOW)
    this.window = new ReceiveWindow(Math.min(Math.max(options.initialConnectionWindow, DEFAULT_WINDOW), MAX_WINDOW))
  }

  /** Our SETTINGS and connection window; the first thing we send (a client sends its preface before). */
  protected sendSettings(extra: readonly (readonly [number, number])[]): void {
    this.writer.settings([[SETTING.initialWindowSize, this.streamWindow], [SETTING.maxHeaderListSize, this.options.maxHeadBytes], ...extra])
    if (this.window.size > DEFAULT_WINDOW) this.writer.windowUpdate(0, this.window.size - DEFAULT_WINDOW)
  }

  // --- who opens streams, what heads look like ---

  /** A stream number that nobody has used yet. */
  protected abstract isIdle(id: number): boolean
  /** A header block that is not the trailers of a known stream. */
  protected abstract onHeaderBlock(stream: Http2Stream<In, Out> | undefined, id: number, end: boolean, badPriority: boolean): boolean
  protected abstract encodeHead(stream: Http2Stream<In, Out>, head: Out, field: (name: string, value: string) => void): void
  protected abstract sensitiveOf(head: Out): readonly string[] | undefined
  protected abstract onPeerGoaway(lastId: number, code: number): void
  protected abstract onPeerSettings(): void
  protected abstract onStreamGone(): void
  protected abstract onBroken(detail: string): void
  protected abstract onGone(detail: string): void
  protected abstract readonly isServer: boolean
  protected abstract get lastPeerId(): number

  // --- bytes in ---

  onData(bytes: Uint8Array, from: number, to: number): void {
    if (this.closed) return
    this.guard.onRead()
    this.reader.read(bytes, from, to)
  }

  onEnd(): void {
    this.shut('connection', 'connection_termination')
  }

  onDrain(): void {
    this.backlogged = false
    this.turns.wakeOwners()
  }

  onClose(failure?: StreamFailure, detail?: string): void {
    this.closed = true
    this.loseAll('connection', detail ?? 'connection_termination')
    this.onGone(detail ?? failure ?? '')
  }

  onFrame(type: number, flags: number, id: number, length: number): boolean {
    if (!this.peer.seen && !(type === FRAME.settings && (flags & FLAG.ack) === 0)) return this.fail(CODE.protocol, 'http2.settings_expected')
    if (this.block.id !== 0 && !(type === FRAME.continuation && id === this.block.id)) return this.fail(CODE.protocol, 'http2.continuation_expected')
    return type === FRAME.data ? this.onDataFrame(flags, id, length) : true
  }

  onBadFrame(kind: 'size' | 'padding'): void {
    this.fail(kind === 'size' ? CODE.frameSize : CODE.protocol, kind === 'size' ? 'http2.frame_too_large' : 'http2.bad_padding')
  }

  private onDataFrame(flags: number, id: number, length: number): boolean {
    if (id === 0) return this.fail(CODE.protocol, 'http2.data_on_connection')
    const increment = this.window.take(length)
    if (increment < 0) return this.fail(CODE.flowControl, 'http2.connection_window_exceeded')
    if (increment > 0) this.writer.windowUpdate(0, increment)
    if ((flags & FLAG.padded) !== 0 && length === 0) return this.fail(CODE.frameSize, 'http2.bad_padding')
    if (length === 0 && (flags & FLAG.endStream) === 0 && !this.allowControlFrame()) return false
    const stream = this.streams.get(id)
    if (!stream) return this.onDataOfNoStream(id)
    if (stream.remoteEnded) return this.streamError(id, CODE.streamClosed, 'http2.data_after_end')
    if (!stream.headReceived) return this.streamError(id, CODE.protocol, 'http2.data_before_headers')
    stream.receiveLeft -= length
    stream.consumed += length
    return stream.receiveLeft >= 0 || this.streamError(id, CODE.flowControl, 'http2.stream_window_exceeded')
  }

  private onDataOfNoStream(id: number): boolean {
    if (this.isIdle(id)) return this.fail(CODE.protocol, 'http2.data_on_idle_stream')
    if (this.recent.get(id) !== true) {
      this.writer.reset(id, CODE.streamClosed)
      return this.allowControlFrame()
    }
    return true
  }

  onDataPiece(id: number, bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    const stream = this.streams.get(id)
    const problem = stream?.receive(bytes, from, to, end)
    if (problem) this.streamError(id, CODE.protocol, problem)
    return !this.closed
  }

  onPayload(type: number, flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const problem = frameProblem(type, flags, id, to - from)
    if (problem) return this.fail(problem.code, problem.detail)
    switch (type) {
      case FRAME.headers:
        return this.onHeaders(flags, id, bytes, from, to) && !this.closed
      case FRAME.continuation:
        return this.onContinuation(flags, bytes, from, to) && !this.closed
      case FRAME.settings:
        return this.onSettings(flags, bytes, from, to) && !this.closed
      case FRAME.windowUpdate:
        return this.allowControlFrame() && this.onWindowUpdate(id, bytes, from) && !this.closed
      case FRAME.reset:
        return this.allowControlFrame() && this.onReset(id, bytes, from) && !this.closed
      case FRAME.ping:
        return this.allowControlFrame() && this.onPing(flags, bytes, from)
      case FRAME.goaway:
        return this.onGoaway(bytes, from)
      case FRAME.priority:
        return this.allowControlFrame() && this.onPriority(id, bytes, from, to)
      default:
        return this.allowControlFrame() // RFC 9113 4.1: unknown types are ignored
    }
  }

  // --- header blocks ---

  private onHeaders(flags: number, id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const payload = headersPayload(flags, id, bytes, from, to)
    if (payload === 'padding') return this.fail(CODE.protocol, 'http2.bad_padding')
    if (payload === 'size') return this.fail(CODE.frameSize, 'http2.bad_priority')
    this.guard.onHeaders()
    if ((flags & FLAG.endHeaders) !== 0) return this.finishBlock(id, flags, payload.badPriority, bytes, payload.from, payload.to)
    this.block.start(id, flags, payload.badPriority)
    return this.appendBlock(bytes, payload.from, payload.to)
  }

  private onContinuation(flags: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { block } = this
    const { id } = block
    if (id === 0) return this.fail(CODE.protocol, 'http2.unexpected_continuation')
    const flood = this.guard.onContinuation()
    if (flood) return this.flooded(flood)
    if (!this.appendBlock(bytes, from, to)) return false
    return (flags & FLAG.endHeaders) === 0 || this.finishBlock(id, block.flags, block.badPriority, block.finish(), 0, block.length)
  }

  /** A block is taken beyond what we would accept of it, so that a head that is a little too large costs a stream and not the connection. */
  private appendBlock(bytes: Uint8Array, from: number, to: number): boolean {
    return this.block.append(bytes, from, to, Math.max(HEAD_BYTES_READ * this.options.maxHeadBytes, MAX_FRAME_BYTES)) || this.flooded('http2.continuation_flood')
  }

  private finishBlock(id: number, flags: number, badPriority: boolean, bytes: Uint8Array, from: number, to: number): boolean {
    if (!this.decoder.decode(bytes, from, to)) return this.fail(CODE.compression, 'http2.bad_header_block')
    const stream = this.streams.get(id)
    const end = (flags & FLAG.endStream) !== 0
    if (stream?.headReceived) return this.onTrailerBlock(stream, end)
    if (!stream && !this.isIdle(id)) {
      const ours = this.recent.get(id)
      if (ours === true) return true
      return this.fail(ours === undefined ? CODE.protocol : CODE.streamClosed, 'http2.headers_on_closed_stream')
    }
    return this.onHeaderBlock(stream, id, end, badPriority)
  }

  private onTrailerBlock(stream: Http2Stream<In, Out>, end: boolean): boolean {
    const { id } = stream
    if (stream.remoteEnded) return this.streamError(id, CODE.streamClosed, 'http2.headers_after_end')
    if (!end) return this.streamError(id, CODE.protocol, 'http2.trailers_without_end')
    if (this.decoder.tooLarge) return this.streamError(id, CODE.enhanceYourCalm, 'http2.headers_too_large')
    const trailers = this.decoder.malformed ? 'http2.invalid_header_field' : trailersFrom(this.decoder.pairs)
    if (!(trailers instanceof PlainFields)) return this.streamError(id, CODE.protocol, trailers)
    if (stream.promised > 0) return this.streamError(id, CODE.protocol, 'http2.content_length_mismatch')
    stream.remoteEnded = true
    if (trailers.pairs.length > 0) stream.events?.onTrailers(trailers)
    else stream.events?.onData(NOTHING, 0, 0, true)
    this.halfClosed(stream)
    return true
  }

  // --- control frames ---

  private onSettings(flags: number, bytes: Uint8Array, from: number, to: number): boolean {
    if ((flags & FLAG.ack) !== 0) return true
    const { peer } = this
    if (peer.seen && !this.allowControlFrame()) return false
    const before = peer.initialWindow
    for (let at = from; at < to; at += 6) {
      const setting = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
      const value = uint32(bytes, at + 2)
      const problem = peer.apply(setting, value, this.isServer)
      if (problem !== undefined) return this.fail(problem, 'http2.bad_settings')
      if (setting === SETTING.headerTableSize) this.encoder.setPeerLimit(value)
    }
    if (!this.moveSendWindows(peer.initialWindow - before)) return false
    peer.seen = true
    if (!this.answered(this.writer.settingsAck())) return false
    // What the new windows allow follows the acknowledgement, so that the peer knows by which windows it was sent.
    this.turns.pumpAll()
    this.onPeerSettings()
    return true
  }

  /** RFC 9113 6.9.2: open streams change by the difference, and may go below zero. */
  private moveSendWindows(difference: number): boolean {
    if (difference === 0) return true
    for (const stream of this.streams.values()) {
      stream.sendWindow += difference
      if (stream.sendWindow > MAX_WINDOW) return this.fail(CODE.flowControl, 'http2.window_overflow')
    }
    return true
  }

  private onWindowUpdate(id: number, bytes: Uint8Array, from: number): boolean {
    const increment = uint32(bytes, from) & MAX_WINDOW
    if (id === 0) return this.growConnectionWindow(increment)
    const stream = this.streams.get(id)
    if (!stream) return !this.isIdle(id) || this.fail(CODE.protocol, 'http2.window_update_on_idle_stream')
    if (increment === 0) return this.streamError(id, CODE.protocol, 'http2.bad_window_update')
    stream.sendWindow += increment
    if (stream.sendWindow > MAX_WINDOW) return this.streamError(id, CODE.flowControl, 'http2.window_overflow')
    if (stream.queued) stream.pump()
    return true
  }

  private growConnectionWindow(increment: number): boolean {
    if (increment === 0) return this.fail(CODE.protocol, 'http2.bad_window_update')
    this.turns.window += increment
    if (this.turns.window > MAX_WINDOW) return this.fail(CODE.flowControl, 'http2.window_overflow')
    this.turns.pumpAll()
    return true
  }

  private onReset(id: number, bytes: Uint8Array, from: number): boolean {
    const stream = this.streams.get(id)
    if (!stream) return !this.isIdle(id) || this.fail(CODE.protocol, 'http2.reset_of_idle_stream')
    this.forget(stream, false)
    const code = uint32(bytes, from)
    const complete = stream.remoteEnded && stream.localEnded
    if (!complete && !(stream.remoteEnded && code === CODE.noError)) stream.lose(resetReason(code), code === CODE.refused ? 'http2.remote_refuse' : 'http2.remote_reset')
    else stream.detach()
    const flood = this.isServer && !stream.localEnded ? this.guard.onWastedStream() : undefined
    this.onStreamGone()
    return flood ? this.flooded(flood) : true
  }

  private onPing(flags: number, bytes: Uint8Array, from: number): boolean {
    if ((flags & FLAG.ack) !== 0) {
      this.onPingAck()
      return !this.closed
    }
    return this.answered(this.writer.ping(bytes, from, true))
  }

  /** Our PING came back. */
  protected onPingAck(): void {}

  private onPriority(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from !== 5) return this.streamError(id, CODE.frameSize, 'http2.bad_priority')
    if ((uint32(bytes, from) & MAX_WINDOW) === id) return this.streamError(id, CODE.protocol, 'http2.bad_priority')
    return true
  }

  private onGoaway(bytes: Uint8Array, from: number): boolean {
    this.onPeerGoaway(uint32(bytes, from) & MAX_WINDOW, uint32(bytes, from + 4))
    return !this.closed
  }

  // --- out ---

  writeHead(stream: Http2Stream<In, Out>, head: Out, end: boolean): void {
    const writer = this.writer.beginBlock()
    this.encoder.begin(writer)
    this.encodeHead(stream, head, this.fieldWriter(writer, this.sensitiveOf(head)))
    this.sent(this.writer.headers(writer, stream.id, end))
  }

  writeInformational(stream: Http2Stream<In, Out>, head: Out): void {
    this.writeHead(stream, head, false)
  }

  writeTrailers(stream: Http2Stream<In, Out>, trailers: HeaderFields): void {
    const writer = this.writer.beginBlock()
    this.encoder.begin(writer)
    trailers.forEach(this.fieldWriter(writer, undefined))
    this.sent(this.writer.headers(writer, stream.id, true))
  }

  private fieldWriter(writer: ByteWriter, sensitive: readonly string[] | undefined): (name: string, value: string) => void {
    const { encoder } = this
    return (name, value) => encoder.field(writer, name, value, sensitive?.includes(name) ?? false)
  }

  writeData(stream: Http2Stream<In, Out>, bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): void {
    stream.sendWindow -= to - from
    this.turns.window -= to - from
    this.guard.onDataSent()
    this.sent(this.writer.data(stream.id, bytes, from, to, end, owned))
  }

  private sent(flows: boolean): void {
    if (!flows) this.backlogged = true
  }

  private answered(flows: boolean): boolean {
    this.sent(flows)
    const flood = this.guard.onAnswer(this.backlogged)
    return flood ? this.flooded(flood) : true
  }

  // --- ends ---

  /** One direction of a stream has ended; what neither side needs any more is closed. */
  halfClosed(stream: Http2Stream<In, Out>): void {
    if (!this.streams.has(stream.id) || stream.isTunnel) {
      if (stream.localEnded && stream.remoteEnded) this.finish(stream, false)
      return
    }
    if (stream.localEnded && stream.remoteEnded) this.finish(stream, false)
    // The answer is complete: the rest of the question is not wanted (RFC 9113 8.1).
    else if (this.isServer ? stream.localEnded : stream.remoteEnded) {
      this.writer.reset(stream.id, this.isServer ? CODE.noError : CODE.cancel)
      this.finish(stream, true)
    }
  }

  private finish(stream: Http2Stream<In, Out>, resetByUs: boolean): void {
    if (!this.streams.has(stream.id)) return
    this.forget(stream, resetByUs)
    stream.detach()
    this.onStreamGone()
  }

  resetByOwner(stream: Http2Stream<In, Out>, reason: ResetReason): void {
    if (!this.streams.has(stream.id)) return
    this.forget(stream, true)
    stream.detach()
    stream.events = undefined
    this.writer.reset(stream.id, RESET_CODES[reason])
    this.onStreamGone()
  }

  protected forget(stream: Http2Stream<In, Out>, resetByUs: boolean): void {
    this.streams.delete(stream.id)
    this.recent.add(stream.id, resetByUs)
  }

  /** Resets one stream because of the peer's fault; the connection goes on unless that has become a habit. */
  protected streamError(id: number, code: number, detail: string): boolean {
    const stream = this.streams.get(id)
    this.writer.reset(id, code)
    if (stream) {
      this.forget(stream, true)
      stream.lose(code === CODE.enhanceYourCalm ? 'overflow' : 'protocol', detail)
      this.onStreamGone()
    } else this.recent.add(id, true)
    const flood = this.guard.onWastedStream()
    return flood ? this.flooded(flood) : !this.closed
  }

  protected flooded(flood: Flood): false {
    return this.fail(CODE.enhanceYourCalm, flood)
  }

  private allowControlFrame(): boolean {
    const flood = this.guard.onControlFrame()
    return flood ? this.flooded(flood) : true
  }

  /** A connection error: GOAWAY, then the end. */
  protected fail(code: number, detail: string): false {
    if (this.closed) return false
    this.writer.goaway(this.lastPeerId, code, detail)
    this.shut('protocol', detail)
    this.onBroken(detail)
    return false
  }

  protected shut(reason: ResetReason, detail: string): void {
    if (this.closed) return
    this.closed = true
    this.loseAll(reason, detail)
    this.stream.close()
  }

  private loseAll(reason: ResetReason, detail: string): void {
    const lost = this.allStreams()
    this.streams.clear()
    for (const stream of lost) stream.lose(reason, detail)
  }

  /** Every stream that has an owner. */
  protected allStreams(): Http2Stream<In, Out>[] {
    return [...this.streams.values()]
  }

  get active(): number {
    return this.streams.size
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.loseAll('cancel', 'closed_locally')
    this.stream.destroy()
  }
}
