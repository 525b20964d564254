/** One HTTP/2 stream: states, both flow-control windows, and bytes that wait for the peer's window. */
import type { HeaderFields, MessageEvents, MessageStream, ResetReason } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { plainFields } from '../head/plain-fields.ts'
import type { FrameWriter } from './frame-writer.ts'
import { CODE } from './protocol.ts'
import type { SendTurns, Turn } from './send-turns.ts'
import { StreamTunnel } from './stream-tunnel.ts'
import { copyOf } from '../../io/copy-of.ts'

interface Queued {
  readonly bytes: Uint8Array
  at: number
  readonly end: boolean
}

/** What a stream needs of its connection. @internal implemented by both sides. */
export interface StreamCarrier<In, Out> {
  readonly stream: ByteStream
  readonly writer: FrameWriter
  /** Bytes that a peer may send on a stream before it is given more. */
  readonly streamWindow: number
  readonly turns: SendTurns<Http2Stream<In, Out>>
  writeHead(stream: Http2Stream<In, Out>, head: Out, end: boolean): void
  writeInformational(stream: Http2Stream<In, Out>, head: Out): void
  writeData(stream: Http2Stream<In, Out>, bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): void
  writeTrailers(stream: Http2Stream<In, Out>, trailers: HeaderFields): void
  /** One direction of the stream has ended. */
  halfClosed(stream: Http2Stream<In, Out>): void
  resetByOwner(stream: Http2Stream<In, Out>, reason: ResetReason): void
}

/** @internal made by the connections. */
export class Http2Stream<In, Out> implements MessageStream<Out>, Turn {
  /** 0 until a client's HEADERS are sent: numbers must rise on the wire, whatever the order in which owners get ready. */
  id: number
  readonly connection: StreamCarrier<In, Out>
  events: MessageEvents<In> | undefined
  /** What we may still send. */
  sendWindow: number
  /** What the peer may still send, and what it sent since our last WINDOW_UPDATE. */
  receiveLeft: number
  consumed = 0
  headSent = false
  headReceived = false
  localEnded = false
  remoteEnded = false
  /** Body bytes that Content-Length still promises; -1 without one. */
  promised = -1
  /** CONNECT or an upgrade: a body in neither direction before it is accepted. */
  wantsTunnel = false
  upgrade: string | undefined
  method = 'GET'
  isTunnel = false
  private queue: Queued[] = []
  private pausedByOwner = false
  private owesDrain = false
  /** Early bytes of a tunnel that is not accepted yet; at most one window. */
  private held: Uint8Array[] = []
  private closed = false

  constructor(connection: StreamCarrier<In, Out>, id: number, sendWindow: number, receiveWindow: number) {
    this.connection = connection
    this.id = id
    this.sendWindow = sendWindow
    this.receiveLeft = receiveWindow
  }

  get queued(): boolean {
    return this.queue.length > 0
  }

  sendHead(head: Out, end: boolean): void {
    if (this.closed || this.localEnded || this.headSent) return
    this.headSent = true
    this.connection.writeHead(this, head, end)
    if (end) this.endLocal()
  }

  sendInformational(head: Out): void {
    if (!this.closed && !this.headSent) this.connection.writeInformational(this, head)
  }

  sendData(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean {
    if (this.closed || this.localEnded || !this.headSent) return true
    let at = from
    if (this.queue.length === 0 && this.id !== 0) at = this.sendNow(bytes, from, to, end, owned)
    if (at < to || (end && !this.localEnded && !this.closed)) this.enqueue(copyOf(bytes, at, to), end)
    const flows = this.queue.length === 0 && !this.connection.turns.backlogged
    if (!flows && !this.closed) {
      this.owesDrain = true
      this.connection.turns.waiting.add(this)
    }
    return flows
  }

  /** Sends what both windows allow; returns where it stopped. The end goes with the last byte. */
  private sendNow(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): number {
    const { connection } = this
    let at = from
    do {
      const size = Math.min(to - at, this.sendWindow, connection.turns.window, connection.writer.maxFrameBytes)
      if (size <= 0 && at < to) break
      const last = at + size === to && end
      if (size > 0 || last) connection.writeData(this, bytes, at, at + size, last, owned)
      at += size
      if (last) this.endLocal()
    } while (at < to)
    return at
  }

  private enqueue(bytes: Uint8Array, end: boolean): void {
    this.queue.push({ bytes, at: 0, end })
    this.connection.turns.blocked.add(this)
  }

  /** Windows have grown: sends what waits. Returns false if something still waits. @internal */
  pump(): boolean {
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      first.at = this.sendNow(first.bytes, first.at, first.bytes.length, first.end, true)
      if (first.at < first.bytes.length || (first.end && !this.localEnded)) return false
      this.queue.shift()
    }
    this.connection.turns.blocked.delete(this)
    const trailers = this.pendingTrailers
    this.pendingTrailers = undefined
    this.drained()
    if (trailers) this.sendTrailers(plainFields(trailers))
    return true
  }

  /** Tells the owner to go on, if it was told to stop. @internal */
  drained(): void {
    if (!this.owesDrain || this.queue.length > 0 || this.connection.turns.backlogged) return
    this.owesDrain = false
    this.connection.turns.waiting.delete(this)
    this.events?.onDrain()
  }

  sendTrailers(trailers: HeaderFields): void {
    if (this.closed || this.localEnded || !this.headSent) return
    if (this.queue.length > 0) return void this.trailersAfterQueue(trailers)
    this.connection.writeTrailers(this, trailers)
    this.endLocal()
  }

  /** Trailers must not overtake queued bytes; they are kept as a snapshot. */
  private trailersAfterQueue(trailers: HeaderFields): void {
    const pairs: [string, string][] = []
    trailers.forEach((name, value) => pairs.push([name, value]))
    this.pendingTrailers = pairs
  }

  /** Sent when the queue has run empty. */
  private pendingTrailers: readonly (readonly [string, string])[] | undefined

  private endLocal(): void {
    this.localEnded = true
    this.connection.halfClosed(this)
  }

  reset(reason: ResetReason): void {
    if (!this.closed) this.connection.resetByOwner(this, reason)
  }

  pause(): void {
    this.pausedByOwner = true
  }

  resume(): void {
    if (!this.pausedByOwner) return
    this.pausedByOwner = false
    this.replenish()
  }

  /** Gives the peer window for what was passed on; a paused stream keeps it back. @internal */
  replenish(): void {
    const { connection } = this
    if (this.pausedByOwner || this.closed || this.remoteEnded || this.consumed < connection.streamWindow / 2) return
    connection.writer.windowUpdate(this.id, this.consumed)
    this.receiveLeft += this.consumed
    this.consumed = 0
  }

  /** A piece of DATA. Returns a details word if it breaks the promised length. @internal */
  receive(bytes: Uint8Array, from: number, to: number, end: boolean): string | undefined {
    if (this.promised >= 0) {
      this.promised -= to - from
      if (this.promised < 0 || (end && this.promised > 0)) return 'http2.content_length_mismatch'
    }
    if (end) this.remoteEnded = true
    if (this.wantsTunnel && !this.isTunnel) this.hold(bytes, from, to)
    else this.events?.onData(bytes, from, to, end)
    if (!this.closed) {
      this.replenish()
      if (end) this.connection.halfClosed(this)
    }
    return undefined
  }

  private hold(bytes: Uint8Array, from: number, to: number): void {
    if (to > from) this.held.push(copyOf(bytes, from, to))
    this.pausedByOwner = true
  }

  tunnel(): ByteStream {
    this.isTunnel = true
    const tunnel = new StreamTunnel(this, this.connection.stream)
    this.events = tunnel.messageEvents
    const { held } = this
    this.held = []
    for (const bytes of held.reverse()) tunnel.unread(bytes)
    if (this.remoteEnded) tunnel.endReceived()
    this.resume()
    return tunnel
  }

  /** The stream is gone; late calls do nothing. @internal */
  detach(): void {
    this.closed = true
    this.queue = []
    this.held = []
    this.connection.turns.forget(this)
  }

  /** Tells the owner that the stream was lost. @internal */
  lose(reason: ResetReason, detail: string): void {
    const { events } = this
    this.detach()
    this.events = undefined
    events?.onReset(reason, detail)
  }
}

/** What a peer's error code means to the owner of a stream: whatever the reason, it was the peer that ended it. */
export function resetReason(code: number): ResetReason {
  switch (code) {
    case CODE.refused:
      return 'refused'
    case CODE.enhanceYourCalm:
      return 'enhance-your-calm'
    default:
      return 'cancel'
  }
}
