/** One request and its response on the server side of HTTP/1.1: how the response is framed, and what its end means. */
import type { CodecAnswer, HeaderFields, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead, ServerConnectionEvents } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import type { BodySink } from './body-reader.ts'
import type { InboundPause } from './inbound-pause.ts'
import type { MessageWriter } from './message-writer.ts'
import type { RawFields } from './raw-fields.ts'
import { RawResponseHead } from './raw-response-head.ts'

const NOTHING = new Uint8Array(0)

/** What a stream needs of its connection. @internal implemented by the server. */
export interface ServerStreamOwner {
  readonly stream: ByteStream
  readonly writer: MessageWriter
  readonly pause: InboundPause
  /** Trailers are passed on. */
  readonly trailers: boolean
  /** No further request is read; the next response says `connection: close`. */
  closing: boolean
  /** The request or the response is complete. */
  progress(stream: Http1ServerStream): void
  tunnelRefused(stream: Http1ServerStream): void
  becomeTunnel(): ByteStream
  close(): void
}

/** @internal made by the server, one per request. */
export class Http1ServerStream implements MessageStream<ResponseHead>, BodySink {
  readonly id: number
  events: MessageEvents<RequestHead> | undefined
  requestDone = false
  responseDone = false
  headSent = false
  private readonly connection: ServerStreamOwner
  private readonly method: string
  private readonly http10: boolean
  private readonly upgrade: string | undefined
  private chunked = false
  private withoutBody = false
  /** Bytes that Content-Length still promises; -1 without one. */
  private promised = -1
  private detached = false

  constructor(connection: ServerStreamOwner, id: number, method: string, http10: boolean, upgrade: string | undefined) {
    this.connection = connection
    this.id = id
    this.method = method
    this.http10 = http10
    this.upgrade = upgrade
  }

  open(events: ServerConnectionEvents, head: RequestHead, end: boolean): void {
    this.events = events.onStream(this)
    this.events.onHead(head, end)
  }

  bodyData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (end) this.requestDone = true
    this.events?.onData(bytes, from, to, end)
    if (end) this.connection.progress(this)
  }

  bodyTrailers(trailers: RawFields): void {
    if (!this.connection.trailers) return this.bodyData(NOTHING, 0, 0, true)
    this.requestDone = true
    this.events?.onTrailers(trailers)
    this.connection.progress(this)
  }

  sendInformational(head: ResponseHead): void {
    if (this.detached || this.headSent || this.http10) return
    this.connection.writer.response(head, { chunked: false, empty: false, close: false, upgrade: undefined })
  }

  sendHead(head: ResponseHead, end: boolean): void {
    if (this.detached || this.headSent) return
    this.headSent = true
    const { status } = head
    const switches = this.isSwitch(status)
    if (this.upgrade !== undefined || this.method === 'CONNECT') {
      if (!switches) this.connection.tunnelRefused(this)
    }
    this.withoutBody = this.method === 'HEAD' || status === 204 || status === 304
    if (status === 204) head.remove('content-length')
    const length = switches || this.withoutBody ? undefined : head.contentLength
    const bodyless = switches || this.withoutBody || end
    this.promised = end ? -1 : (length ?? -1)
    this.chunked = !bodyless && length === undefined && !this.http10
    const untilClose = !bodyless && length === undefined && this.http10
    if (untilClose || (end && !this.requestDone && !switches)) this.connection.closing = true
    const empty = end && !switches && !this.withoutBody && head.contentLength === undefined
    if (end && !this.withoutBody && (head.contentLength ?? 0) > 0) head.set('content-length', '0')
    const upgrade = status === 101 ? (head instanceof RawResponseHead ? (head.upgrade ?? this.upgrade) : this.upgrade) : undefined
    // A HEAD request is told how the body would come (as in Envoy).
    const wouldChunk = this.method === 'HEAD' && length === undefined && head.contentLength === undefined && status !== 204 && status !== 304 && !this.http10
    this.connection.writer.response(head, { chunked: this.chunked || wouldChunk, empty, close: this.connection.closing && !switches, upgrade, http10: this.http10 })
    if (end) this.finish()
  }

  private isSwitch(status: number): boolean {
    return (status === 101 && this.upgrade !== undefined) || (this.method === 'CONNECT' && this.upgrade === undefined && status >= 200 && status < 300)
  }

  sendData(bytes: Uint8Array, from: number, to: number, end: boolean, owned: boolean): boolean {
    if (this.detached || this.responseDone || !this.headSent) return true
    const { stream, writer } = this.connection
    let sent = true
    if (!this.withoutBody) {
      if (this.chunked) sent = writer.chunk(bytes, from, to, end, owned)
      else if (to > from) sent = this.sendPromised(bytes, from, to, owned, stream)
    }
    if (end && this.promised > 0) return this.breakOff()
    if (end) this.finish()
    return sent
  }

  /** Never more than Content-Length promised: surplus bytes would be the next response for the client. */
  private sendPromised(bytes: Uint8Array, from: number, to: number, owned: boolean, stream: ByteStream): boolean {
    if (this.promised < 0) return stream.send(bytes, from, to, owned)
    const fits = Math.min(to, from + this.promised)
    this.promised -= fits - from
    return stream.send(bytes, from, fits, owned)
  }

  /** Fewer bytes than promised: only a broken connection tells the client. */
  private breakOff(): true {
    this.reset('internal')
    return true
  }

  sendTrailers(trailers: HeaderFields): void {
    if (this.detached || this.responseDone || !this.headSent) return
    if (this.chunked) this.connection.writer.trailers(trailers, this.connection.trailers)
    if (this.promised > 0) return void this.breakOff()
    this.finish()
  }

  private finish(): void {
    this.responseDone = true
    this.connection.progress(this)
  }

  reset(_reason: ResetReason): void {
    if (this.detached) return
    this.detached = true
    this.events = undefined
    this.connection.close()
  }

  closeAfterResponse(): void {
    if (!this.detached) this.connection.closing = true
  }

  pause(): void {
    if (!this.detached && !this.requestDone) this.connection.pause.byConsumer(true)
  }

  resume(): void {
    if (!this.detached) this.connection.pause.byConsumer(false)
  }

  tunnel(): ByteStream {
    this.detached = true
    this.events = undefined
    return this.connection.becomeTunnel()
  }

  /** The exchange is over; late calls do nothing. */
  detach(): void {
    this.detached = true
    this.events = undefined
  }

  fail(reason: ResetReason, detail: string, answered?: CodecAnswer): void {
    const { events } = this
    this.detach()
    events?.onReset(reason, detail, answered)
  }
}
