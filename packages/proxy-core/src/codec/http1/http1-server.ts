/** The server side of an HTTP/1.1 connection: one exchange at a time, pipelined requests wait in the kernel. */
import { ByteWriter } from '../bytes/byte-writer.ts'
import type { CodecOptions, ResetReason, ResponseHead, ServerConnection, ServerConnectionEvents } from '../codec.ts'
import type { ByteStream, StreamEvents, StreamFailure } from '../../io/io-engine.ts'
import { BodyReader } from './body-reader.ts'
import { RequestHeadReader } from './head-reader.ts'
import { Http1ServerStream, type ServerStreamOwner } from './http1-server-stream.ts'
import { InboundPause } from './inbound-pause.ts'
import { MessageWriter } from './message-writer.ts'
import type { Http1Problem } from './problems.ts'
import { copyOf } from '../../io/copy-of.ts'

/** Scratch for heads; shared, because a head is composed and sent within one call. */
const SCRATCH = new ByteWriter(16 * 1024)

/** Where the connection is in its input. */
const HEAD = 0
const BODY = 1
/** The request is complete, its response is not. */
const WAITING = 2
/** CONNECT or an upgrade was asked for and not answered yet. */
const UNDECIDED = 3
const TUNNEL = 4
const CLOSED = 5

/**
 * Serves HTTP/1.1 on `stream`, which it owns from now on. A malformed request is answered with its status and the connection closes;
 * nothing of it reaches `events.onStream` if the fault is in the head.
 */
export const http1Server = (stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents): ServerConnection => new Http1Server(stream, options, events)

class Http1Server implements ServerConnection, StreamEvents, ServerStreamOwner {
  readonly protocol = 'http1'
  readonly stream: ByteStream
  readonly writer: MessageWriter
  readonly pause: InboundPause
  /** No further request is read; the next response says `connection: close`. */
  closing = false
  readonly trailers: boolean
  private readonly events: ServerConnectionEvents
  private readonly heads: RequestHeadReader
  private readonly body = new BodyReader()
  private exchange: Http1ServerStream | undefined
  private phase = HEAD
  private nextId = 1
  private consuming = false
  private toldHeadStarted = false
  /** Bytes after the current request; not parsed before its response is complete. */
  private queued: Uint8Array | undefined

  constructor(stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents) {
    this.stream = stream
    this.events = events
    this.trailers = options.trailers
    this.heads = new RequestHeadReader(options, options.acceptHttp10)
    this.writer = new MessageWriter(stream, SCRATCH)
    this.pause = new InboundPause(stream)
    stream.setEvents(this)
  }

  get active(): number {
    return this.exchange ? 1 : 0
  }

  drain(): void {
    this.closing = true
    if (!this.exchange && this.phase === HEAD) this.shut()
  }

  close(): void {
    if (this.phase === CLOSED) return
    this.phase = CLOSED
    this.stream.destroy()
  }

  onData(bytes: Uint8Array, from: number, to: number): void {
    if (this.queued) return this.enqueue(bytes, from, to)
    this.consume(bytes, from, to)
  }

  onEnd(): void {
    // As in Envoy: a client that has closed its side is gone; its request is cancelled.
    if (this.phase === TUNNEL || this.phase === CLOSED) return
    if (this.exchange) this.resetExchange('connection', 'downstream_remote_disconnect')
    this.shut()
  }

  onDrain(): void {
    this.exchange?.events?.onDrain()
  }

  onClose(_failure?: StreamFailure): void {
    this.phase = CLOSED
    if (this.exchange) this.resetExchange('connection', 'downstream_remote_disconnect')
    this.events.onClose()
  }

  private consume(bytes: Uint8Array, from: number, to: number): void {
    this.consuming = true
    let i = from
    while (i < to && this.phase !== CLOSED) {
      if (this.phase === HEAD) i = this.readHead(bytes, i, to)
      else if (this.phase === BODY) i = this.readBody(bytes, i, to)
      else {
        this.keepRest(bytes, i, to)
        break
      }
    }
    this.consuming = false
  }

  private readHead(bytes: Uint8Array, from: number, to: number): number {
    const head = this.heads.read(bytes, from, to)
    if (this.heads.problem) return this.refuse(this.heads.problem, to)
    if (!head) {
      if (!this.toldHeadStarted) this.events.onHeadStarted?.()
      this.toldHeadStarted = true
      return to
    }
    this.toldHeadStarted = false
    const { facts } = this.heads
    if (facts.close || (this.heads.minor === 0 && !facts.keepAlive)) this.closing = true
    const exchange = new Http1ServerStream(this, this.nextId++, head.method, head.protocol === 'HTTP/1.0', head.upgrade)
    this.exchange = exchange
    const tunnel = head.method === 'CONNECT' || head.upgrade !== undefined
    const end = !tunnel && !facts.chunked && facts.contentLength <= 0
    if (tunnel) this.phase = UNDECIDED
    else if (end) this.phase = WAITING
    else {
      this.phase = BODY
      this.body.start(facts.chunked ? 'chunked' : 'length', facts.contentLength)
    }
    const next = this.heads.position
    exchange.requestDone = end
    exchange.open(this.events, head, end)
    return next
  }

  private readBody(bytes: Uint8Array, from: number, to: number): number {
    const { exchange, body } = this
    if (!exchange) return to
    const next = body.read(bytes, from, to, exchange)
    if (body.problem) return this.refuse(body.problem, to)
    return next
  }

  /** Called by the exchange when its request or its response is complete. */
  progress(exchange: Http1ServerStream): void {
    if (this.exchange !== exchange || this.phase === CLOSED) return
    if (exchange.responseDone && (this.closing || !exchange.requestDone)) {
      // The rest of a request that was answered early is not worth reading (and cannot be told from an attack).
      this.exchange = undefined
      exchange.detach()
      return this.shut()
    }
    if (!exchange.requestDone) return
    if (!exchange.responseDone) this.phase = this.phase === BODY ? WAITING : this.phase
    else this.nextRequest(exchange)
  }

  private nextRequest(exchange: Http1ServerStream): void {
    exchange.detach()
    this.exchange = undefined
    this.phase = HEAD
    if (!this.queued) return this.pause.byConsumer(false)
    if (!this.consuming) this.consumeQueued()
  }

  private consumeQueued(): void {
    const { queued } = this
    this.queued = undefined
    if (queued) this.consume(queued, 0, queued.length)
    if (!this.queued && this.phase !== CLOSED) {
      this.pause.byQueue(false)
      this.pause.byConsumer(false)
    }
  }

  private keepRest(bytes: Uint8Array, from: number, to: number): void {
    if (this.phase === TUNNEL) this.stream.unread(copyOf(bytes, from, to))
    else this.enqueue(bytes, from, to)
  }

  /** At most one read of pipelined bytes is held (64 KiB); the rest stays in the kernel. */
  private enqueue(bytes: Uint8Array, from: number, to: number): void {
    const before = this.queued
    const grown = new Uint8Array((before?.length ?? 0) + to - from)
    if (before) grown.set(before)
    grown.set(bytes.subarray(from, to), before?.length ?? 0)
    this.queued = grown
    this.pause.byQueue(true)
  }

  /** The response to CONNECT or an upgrade was a refusal: the connection ends with it, because what follows may be meant for the tunnel (as in Envoy). */
  tunnelRefused(exchange: Http1ServerStream): void {
    if (this.phase !== UNDECIDED) return
    this.closing = true
    exchange.requestDone = true
    this.phase = WAITING
  }

  /** Hands the connection over as bytes. */
  becomeTunnel(): ByteStream {
    this.phase = TUNNEL
    this.exchange = undefined
    const { stream, queued } = this
    stream.setEvents({ onData() {}, onEnd() {}, onDrain() {}, onClose() {} })
    this.queued = undefined
    if (queued) stream.unread(queued)
    this.pause.byConsumer(false)
    this.pause.byQueue(false)
    return stream
  }

  private refuse(problem: Http1Problem, to: number): number {
    const { exchange } = this
    this.exchange = undefined
    if (exchange?.headSent) {
      exchange.fail('protocol', problem.detail)
      this.close()
      this.events.onProtocolError(problem.detail)
      return to
    }
    const answer = { status: problem.status, bytes: this.writer.refusal(problem.status, this.events.answerFields?.()) }
    exchange?.fail('protocol', problem.detail, answer)
    this.shut()
    this.events.onProtocolError(problem.detail, exchange ? undefined : answer)
    return to
  }

  answerUnread(head: ResponseHead, body: Uint8Array): void {
    if (this.phase !== HEAD) return
    this.writer.response(head, { chunked: false, empty: false, close: true, upgrade: undefined })
    this.stream.send(body, 0, body.length, true)
    this.shut()
  }

  private resetExchange(reason: ResetReason, detail: string): void {
    const { exchange } = this
    this.exchange = undefined
    exchange?.fail(reason, detail)
  }

  /** Orderly end: what was sent arrives, what still comes is discarded. */
  shut(): void {
    if (this.phase === CLOSED) return
    this.phase = CLOSED
    this.stream.close()
  }
}
