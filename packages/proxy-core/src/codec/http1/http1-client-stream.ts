/** One request and its response on the client side of HTTP/1.1: how the request is framed, and what its end means. */
import type { HeaderFields, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import type { BodySink } from './body-reader.ts'
import type { InboundPause } from './inbound-pause.ts'
import type { MessageWriter } from './message-writer.ts'
import type { RawFields } from './raw-fields.ts'

const NOTHING = new Uint8Array(0)

/** Methods whose requests usually have no content (Envoy leaves their length unsaid). */
const BODYLESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT'])

/** What a stream needs of its connection. @internal implemented by the client. */
export interface ClientStreamOwner {
  readonly stream: ByteStream
  readonly writer: MessageWriter
  readonly pause: InboundPause
  /** Trailers are passed on. */
  readonly trailers: boolean
  /** The response is complete. */
  progress(stream: Http1ClientStream): void
  /** The owner gave the exchange up. */
  abandon(stream: Http1ClientStream): void
  becomeTunnel(): ByteStream
}

/** @internal made by the client, one per request. */
export class Http1ClientStream implements MessageStream<RequestHead>, BodySink {
  readonly id: number
  events: MessageEvents<ResponseHead> | undefined
  method = 'GET'
  headSent = false
  requestDone = false
  responseDone = false
  private readonly connection: ClientStreamOwner
  private upgrade: string | undefined
  private isConnect = false
  private chunked = false
  private promised = -1

  constructor(connection: ClientStreamOwner, id: number, events: MessageEvents<ResponseHead>) {
    this.connection = connection
    this.id = id
    this.events = events
  }

  sendHead(head: RequestHead, end: boolean): void {
    if (!this.events || this.headSent) return
    this.headSent = true
    this.method = head.method
    this.upgrade = head.upgrade
    this.isConnect = head.method === 'CONNECT' && head.upgrade === undefined
    const tunnel = this.isConnect || this.upgrade !== undefined
    const length = head.contentLength
    this.chunked = !end && !tunnel && length === undefined
    this.promised = end || tunnel ? -1 : (length ?? -1)
    if (end && (length ?? 0) > 0) head.set('content-length', '0')
    // RFC 9110 8.6: with a method that foresees content, none is said to be none.
    const empty = end && length === undefined && !BODYLESS_METHODS.has(this.method)
    this.requestDone = end || tunnel
    this.connection.writer.request(head, { chunked: this.chunked, empty, close: false, upgrade: this.upgrade })
  }

  get wantedSwitch(): boolean {
    return this.upgrade !== undefined || this.isConnect
  }

  isSwitch(status: number): boolean {
    return (status === 101 && this.upgrade !== undefined) || (this.isConnect && status >= 200 && status < 300)
  }

  sendData(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean {
    if (!this.events || !this.headSent || this.requestDone) return true
    const { stream, writer } = this.connection
    if (!this.chunked && to - from > this.promised) return this.mismatch()
    if (this.promised >= 0) this.promised -= to - from
    if (end && this.promised > 0) return this.mismatch()
    const sent = this.chunked ? writer.chunk(bytes, from, to, end, owned) : stream.send(bytes, from, to, owned)
    if (end) this.requestDone = true
    return sent
  }

  /** The body is not as long as its Content-Length: the server would take part of the next request for it. */
  private mismatch(): true {
    const { events } = this
    this.reset('internal')
    events?.onReset('internal', 'http1.body_length_mismatch')
    return true
  }

  sendTrailers(trailers: HeaderFields): void {
    if (!this.events || !this.headSent || this.requestDone) return
    if (this.promised > 0) return void this.mismatch()
    if (this.chunked) this.connection.writer.trailers(trailers, this.connection.trailers)
    this.requestDone = true
  }

  bodyData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (end) this.responseDone = true
    this.events?.onData(bytes, from, to, end)
    if (end) this.connection.progress(this)
  }

  bodyTrailers(trailers: RawFields): void {
    if (!this.connection.trailers) return this.bodyData(NOTHING, 0, 0, true)
    this.responseDone = true
    this.events?.onTrailers(trailers)
    this.connection.progress(this)
  }

  reset(_reason: ResetReason): void {
    if (!this.events) return
    this.detach()
    this.connection.abandon(this)
  }

  pause(): void {
    if (this.events && !this.responseDone) this.connection.pause.byConsumer(true)
  }

  resume(): void {
    if (this.events) this.connection.pause.byConsumer(false)
  }

  tunnel(): ByteStream {
    this.events = undefined
    return this.connection.becomeTunnel()
  }

  /** The exchange is over; late calls do nothing. */
  detach(): void {
    this.events = undefined
  }
}
