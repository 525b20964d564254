/** The client side of an HTTP/1.1 connection: one exchange at a time, reused while both sides keep it open. */
import { ByteWriter } from '../bytes/byte-writer.ts'
import type { ClientConnection, ClientConnectionEvents, CodecOptions, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec.ts'
import type { ByteStream, StreamEvents, StreamFailure } from '../../io/io-engine.ts'
import { BodyReader, type BodyFraming } from './body-reader.ts'
import { ResponseHeadReader } from './head-reader.ts'
import { Http1ClientStream, type ClientStreamOwner } from './http1-client-stream.ts'
import { InboundPause } from './inbound-pause.ts'
import { MessageWriter } from './message-writer.ts'
import { PROBLEMS, type Http1Problem } from './problems.ts'
import type { RawResponseHead } from './raw-response-head.ts'
import { copyOf } from '../../io/copy-of.ts'

/** See the server: composed and sent within one call. */
const SCRATCH = new ByteWriter(16 * 1024)

/** More 1xx answers than any server has reason to send before its final one. */
const MAX_INFORMATIONAL = 100

const IDLE = 0
const HEAD = 1
const BODY = 2
const TUNNEL = 3
const CLOSED = 4

/** Speaks HTTP/1.1 to the server on `stream`, which it owns from now on (it may still be connecting). */
export const http1Client = (stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents): ClientConnection => new Http1Client(stream, options, events)

class Http1Client implements ClientConnection, StreamEvents, ClientStreamOwner {
  readonly protocol = 'http1'
  readonly stream: ByteStream
  readonly writer: MessageWriter
  readonly pause: InboundPause
  readonly trailers: boolean
  private readonly events: ClientConnectionEvents
  private readonly heads: ResponseHeadReader
  private readonly body = new BodyReader()
  private exchange: Http1ClientStream | undefined
  private phase = IDLE
  private nextId = 1
  private informational = 0
  private reusable = true
  /** Some bytes of the awaited head have come. */
  private headBegun = false

  constructor(stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents) {
    this.stream = stream
    this.events = events
    this.trailers = options.trailers
    this.heads = new ResponseHeadReader(options)
    this.writer = new MessageWriter(stream, SCRATCH)
    this.pause = new InboundPause(stream)
    stream.setEvents(this)
  }

  get active(): number {
    return this.exchange ? 1 : 0
  }

  get canTakeStream(): boolean {
    return this.phase === IDLE && !this.exchange && this.reusable
  }

  newStream(events: MessageEvents<ResponseHead>): MessageStream<RequestHead> {
    const exchange = new Http1ClientStream(this, this.nextId++, events)
    if (!this.canTakeStream) {
      exchange.detach()
      queueMicrotask(() => events.onReset('refused', 'http1.connection_busy'))
      return exchange
    }
    this.exchange = exchange
    this.phase = HEAD
    this.informational = 0
    this.headBegun = false
    return exchange
  }

  close(): void {
    if (this.phase === CLOSED) return
    this.phase = CLOSED
    this.resetExchange('cancel', 'closed_locally')
    this.stream.destroy()
  }

  onData(bytes: Uint8Array, from: number, to: number): void {
    let i = from
    while (i < to) {
      if (this.phase === HEAD) i = this.readHead(bytes, i, to)
      else if (this.phase === BODY) i = this.readBody(bytes, i, to)
      else if (this.phase === TUNNEL) return this.stream.unread(copyOf(bytes, i, to))
      else if (this.phase === IDLE) return void this.refuse(PROBLEMS.unsolicited, to)
      else return
    }
  }

  onEnd(): void {
    if (this.phase === CLOSED || this.phase === TUNNEL) return
    if (this.phase === BODY && this.exchange && this.body.endOfStream(this.exchange)) return
    if (this.responseBegun) this.lost('protocol', PROBLEMS.truncated.detail)
    else this.lost('connection', 'connection_termination')
  }

  onDrain(): void {
    this.exchange?.events?.onDrain()
  }

  onClose(failure?: StreamFailure, detail?: string): void {
    const { phase, responseBegun } = this
    this.phase = CLOSED
    if (this.exchange) {
      if (phase === BODY && failure === undefined && this.body.endOfStream(this.exchange)) this.exchange = undefined
      else if (responseBegun) this.resetExchange('protocol', PROBLEMS.truncated.detail)
      else this.resetExchange('connection', detail ?? failure ?? 'connection_termination')
    }
    this.events.onClose(detail ?? failure ?? '')
  }

  /** Part of a response is there: an end now is a broken message, not just a lost connection (as Envoy tells them apart). */
  private get responseBegun(): boolean {
    return this.exchange !== undefined && (this.phase === BODY || this.headBegun)
  }

  private lost(reason: ResetReason, detail: string): void {
    this.phase = CLOSED
    this.resetExchange(reason, detail)
    this.events.onGoaway()
    this.stream.close()
  }

  private readHead(bytes: Uint8Array, from: number, to: number): number {
    const { exchange, heads } = this
    // An answer before the question is the answer to somebody else's.
    if (!exchange?.headSent) return this.refuse(PROBLEMS.unsolicited, to)
    const head = heads.read(bytes, from, to)
    if (heads.problem) return this.refuse(heads.problem, to)
    this.headBegun = head === undefined
    if (!head) return to
    const next = heads.position
    if (head.status < 200 && head.status !== 101) return this.readInformational(exchange, head, next, to)
    this.startBody(exchange, head)
    return this.phase === CLOSED ? to : next
  }

  private readInformational(exchange: Http1ClientStream, head: RawResponseHead, next: number, to: number): number {
    if (++this.informational > MAX_INFORMATIONAL) return this.refuse(PROBLEMS.tooManyInformational, to)
    head.remove('content-length')
    exchange.events?.onInformational?.(head)
    return next
  }

  private startBody(exchange: Http1ClientStream, head: RawResponseHead): void {
    const { facts } = this.heads
    if (exchange.isSwitch(head.status)) {
      this.phase = TUNNEL
      this.reusable = false
      // Until the owner takes the tunnel its bytes stay in the kernel.
      exchange.events?.onHead(head, false)
      if (this.exchange === exchange) this.pause.byQueue(true)
      return
    }
    if (head.status === 101) return void this.refuse(PROBLEMS.unsolicited, 0)
    // What the server took for the tunnel's may still be on its way.
    if (exchange.wantedSwitch) this.reusable = false
    const framing = bodyFraming(exchange.method, head.status, facts.chunked, facts.contentLength)
    if (facts.close || framing === 'close' || (this.heads.minor === 0 && !facts.keepAlive)) this.reusable = false
    const end = framing === 'none'
    this.phase = BODY
    if (!end) this.body.start(framing, facts.contentLength)
    exchange.responseDone = end
    exchange.events?.onHead(head, end)
    if (end) this.progress(exchange)
  }

  private readBody(bytes: Uint8Array, from: number, to: number): number {
    const { exchange, body } = this
    if (!exchange) return to
    const next = body.read(bytes, from, to, exchange)
    return body.problem ? this.refuse(body.problem, to) : next
  }

  /** Called when the response is complete; the connection is reused only if the request was too. */
  progress(exchange: Http1ClientStream): void {
    if (this.exchange !== exchange || !exchange.responseDone) return
    this.exchange = undefined
    const complete = exchange.requestDone
    exchange.detach()
    if (this.phase === CLOSED) return
    this.pause.byConsumer(false)
    if (complete && this.reusable) {
      this.phase = IDLE
      return this.events.onAvailable()
    }
    this.phase = CLOSED
    this.events.onGoaway()
    this.stream.close()
  }

  /** Hands the connection over as bytes. */
  becomeTunnel(): ByteStream {
    this.exchange = undefined
    this.phase = TUNNEL
    this.stream.setEvents({ onData() {}, onEnd() {}, onDrain() {}, onClose() {} })
    this.pause.byQueue(false)
    this.pause.byConsumer(false)
    return this.stream
  }

  private refuse(problem: Http1Problem, to: number): number {
    this.phase = CLOSED
    this.resetExchange('protocol', problem.detail)
    this.stream.destroy()
    return to
  }

  /** The owner gave up on its exchange; the answer may still come, so the connection is of no more use. */
  abandon(exchange: Http1ClientStream): void {
    if (this.exchange !== exchange) return
    this.exchange = undefined
    this.phase = CLOSED
    this.stream.destroy()
  }

  private resetExchange(reason: ResetReason, detail: string): void {
    const { exchange } = this
    this.exchange = undefined
    if (!exchange) return
    const { events } = exchange
    exchange.detach()
    events?.onReset(reason, detail)
  }
}

/** RFC 9112 6.3, in its order. */
function bodyFraming(method: string, status: number, chunked: boolean, contentLength: number): BodyFraming {
  if (method === 'HEAD' || status === 204 || status === 304) return 'none'
  if (chunked) return 'chunked'
  if (contentLength < 0) return 'close'
  return contentLength === 0 ? 'none' : 'length'
}
