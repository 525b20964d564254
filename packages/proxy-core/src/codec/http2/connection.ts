/** What both sides of an HTTP/2 connection do alike: its parts put together, bytes in, heads and bytes of streams out (RFC 9113). */
import type { ByteWriter } from '../bytes/byte-writer.ts'
import type { CodecOptions, HeaderFields, ResetReason } from '../codec.ts'
import type { ByteStream, StreamEvents, StreamFailure } from '../../io/io-engine.ts'
import { PlainFields } from '../head/plain-fields.ts'
import { ControlInput } from './control-input.ts'
import { DataInput } from './data-input.ts'
import { FloodGuard } from './flood-guard.ts'
import { FrameInput } from './frame-input.ts'
import { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import { HeaderInput } from './header-input.ts'
import { HpackDecoder } from './hpack/decoder.ts'
import { HpackEncoder } from './hpack/encoder.ts'
import { Lifetimes } from './lifetimes.ts'
import { PeerSettings } from './peer-settings.ts'
import { DEFAULT_WINDOW, MAX_WINDOW, SETTING } from './protocol.ts'
import { ReceiveWindow } from './receive-window.ts'
import { SendTurns } from './send-turns.ts'
import type { Side } from './side.ts'
import type { Http2Stream, StreamCarrier } from './stream.ts'

/** Adds a field to the header block under way. @internal */
export type FieldSink = (name: string, value: string) => void

const windowBytes = (wanted: number): number => Math.min(Math.max(wanted, DEFAULT_WINDOW), MAX_WINDOW)

/** One side of a connection; subclasses know who opens streams and what heads look like. */
export abstract class Http2Connection<In, Out extends HeaderFields> implements StreamEvents, Side<In, Out>, StreamCarrier<In, Out> {
  readonly protocol = 'http2'
  readonly stream: ByteStream
  readonly writer: FrameWriter
  readonly streamWindow: number
  readonly turns = new SendTurns<Http2Stream<In, Out>>()
  protected readonly lifetimes: Lifetimes<In, Out>
  protected readonly options: CodecOptions
  protected readonly decoder: HpackDecoder
  protected readonly guard = new FloodGuard()
  protected readonly peer = new PeerSettings()
  private readonly encoder = new HpackEncoder()
  private readonly reader: FrameReader
  private readonly window: ReceiveWindow

  constructor(stream: ByteStream, options: CodecOptions) {
    this.stream = stream
    this.options = options
    this.writer = new FrameWriter(stream)
    this.decoder = new HpackDecoder({ maxBytes: options.maxHeadBytes, maxFields: options.maxHeaders })
    this.streamWindow = windowBytes(options.initialStreamWindow)
    const { writer, guard, turns, peer, encoder } = this
    const lifetimes = (this.lifetimes = new Lifetimes(this, stream, writer, guard))
    this.window = new ReceiveWindow(windowBytes(options.initialConnectionWindow))
    const data = new DataInput(this, lifetimes, writer, this.window)
    const headers = new HeaderInput(this, lifetimes, guard, this.decoder, options.maxHeadBytes)
    const control = new ControlInput({ side: this, lifetimes, guard, writer, turns, peer, encoder })
    this.reader = new FrameReader(new FrameInput(lifetimes, peer, data, headers, control))
  }

  /** Our SETTINGS and connection window; the first thing we send (a client sends its preface before). */
  protected sendSettings(extra: readonly (readonly [number, number])[]): void {
    this.writer.settings([[SETTING.initialWindowSize, this.streamWindow], [SETTING.maxHeaderListSize, this.options.maxHeadBytes], ...extra])
    if (this.window.size > DEFAULT_WINDOW) this.writer.windowUpdate(0, this.window.size - DEFAULT_WINDOW)
  }

  abstract readonly isServer: boolean
  abstract get lastPeerId(): number
  abstract isIdle(id: number): boolean
  abstract onHeaderBlock(stream: Http2Stream<In, Out> | undefined, id: number, end: boolean, badPriority: boolean): boolean
  abstract onPeerSettings(): void
  abstract onPeerGoaway(lastId: number): void
  abstract onPingAck(): void
  abstract onStreamGone(): void
  abstract onShut(reason: ResetReason, detail: string): void
  protected abstract encodeHead(stream: Http2Stream<In, Out>, head: Out, field: FieldSink): void
  /** The byte stream is gone. */
  protected abstract onGone(detail: string): void

  // --- what the byte stream tells ---

  onData(bytes: Uint8Array, from: number, to: number): void {
    if (this.lifetimes.closed) return
    this.guard.onRead()
    this.reader.read(bytes, from, to)
  }

  onEnd(): void {
    this.lifetimes.shut('connection', 'connection_termination')
  }

  onDrain(): void {
    this.turns.onDrain()
  }

  onClose(failure?: StreamFailure, detail?: string): void {
    this.lifetimes.endAll('connection', detail ?? 'connection_termination')
    this.onGone(detail ?? failure ?? '')
  }

  // --- what streams send ---

  writeHead(stream: Http2Stream<In, Out>, head: Out, end: boolean): void {
    const writer = this.beginBlock()
    this.encodeHead(stream, head, this.fieldSink(writer, head instanceof PlainFields ? head.sensitive : undefined))
    this.turns.sent(this.writer.headers(writer, stream.id, end))
  }

  writeInformational(stream: Http2Stream<In, Out>, head: Out): void {
    this.writeHead(stream, head, false)
  }

  writeTrailers(stream: Http2Stream<In, Out>, trailers: HeaderFields): void {
    const writer = this.beginBlock()
    trailers.forEach(this.fieldSink(writer, undefined))
    this.turns.sent(this.writer.headers(writer, stream.id, true))
  }

  private beginBlock(): ByteWriter {
    const writer = this.writer.beginBlock()
    this.encoder.begin(writer)
    return writer
  }

  private fieldSink(writer: ByteWriter, sensitive: readonly string[] | undefined): FieldSink {
    const { encoder } = this
    return (name, value) => encoder.field(writer, name, value, sensitive?.includes(name) ?? false)
  }

  writeData(stream: Http2Stream<In, Out>, bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): void {
    stream.sendWindow -= to - from
    this.turns.window -= to - from
    this.guard.onDataSent()
    this.turns.sent(this.writer.data(stream.id, bytes, from, to, end, owned))
  }

  halfClosed(stream: Http2Stream<In, Out>): void {
    this.lifetimes.halfClosed(stream)
  }

  resetByOwner(stream: Http2Stream<In, Out>, reason: ResetReason): void {
    this.lifetimes.resetByOwner(stream, reason)
  }

  // --- what the owner asks ---

  get active(): number {
    return this.lifetimes.active
  }

  close(): void {
    if (this.lifetimes.closed) return
    this.lifetimes.endAll('cancel', 'closed_locally')
    this.stream.destroy()
  }
}
