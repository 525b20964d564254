/** The client side of an HTTP/2 connection. */
import type { ClientConnection, ClientConnectionEvents, CodecOptions, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { HTTP2_PREFACE } from '../detect-http.ts'
import { type FieldSink, Http2Connection } from './connection.ts'
import { responseFrom } from './header-rules.ts'
import { isForHttp1 } from './http2-server.ts'
import { CODE, MAX_WINDOW, SETTING } from './protocol.ts'
import { Http2Stream } from './stream.ts'

/** As for HTTP/1: no server has reason to send more before its answer. */
const MAX_INFORMATIONAL = 100

/** Speaks HTTP/2 to the server on `stream`, which it owns from now on (it may still be connecting). */
export const http2Client = (stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents): ClientConnection => new Http2Client(stream, options, events)

class Http2Client extends Http2Connection<ResponseHead, RequestHead> implements ClientConnection {
  readonly isServer = false
  private readonly events: ClientConnectionEvents
  private nextId = 1
  private goaway = false
  private wasFull = false
  private informational = 0
  private readonly upgradesWaiting: (() => void)[] = []

  constructor(stream: ByteStream, options: CodecOptions, events: ClientConnectionEvents) {
    super(stream, options)
    this.events = events
    this.writer.raw(HTTP2_PREFACE)
    this.sendSettings([[SETTING.enablePush, 0]])
    stream.setEvents(this)
  }

  get canTakeStream(): boolean {
    const takes = !this.lifetimes.closed && !this.goaway && this.active < Math.min(this.peer.maxStreams, this.options.maxConcurrentStreams) && this.nextId < MAX_WINDOW
    if (!takes) this.wasFull = true
    return takes
  }

  newStream(events: MessageEvents<ResponseHead>): MessageStream<RequestHead> {
    const stream = new Http2Stream(this, 0, this.peer.initialWindow, this.streamWindow)
    stream.events = events
    if (this.canTakeStream) this.lifetimes.unopened.add(stream)
    else queueMicrotask(() => stream.lose('refused', 'http2.no_stream_available'))
    return stream
  }

  get lastPeerId(): number {
    return 0 // we accept no pushed streams
  }

  isIdle(id: number): boolean {
    return id % 2 === 0 || id >= this.nextId
  }

  onHeaderBlock(stream: Http2Stream<ResponseHead, RequestHead> | undefined, id: number, end: boolean): boolean {
    if (!stream) return this.lifetimes.fail(CODE.protocol, 'http2.headers_on_idle_stream')
    if (!stream.headSent) return this.lifetimes.streamError(id, CODE.protocol, 'http2.unsolicited_response')
    const { decoder } = this
    if (decoder.tooLarge) return this.lifetimes.streamError(id, CODE.enhanceYourCalm, 'http2.headers_too_large')
    const response = decoder.malformed ? 'http2.invalid_header_field' : responseFrom(decoder.pairs, decoder.sensitive)
    if (typeof response === 'string') return this.lifetimes.streamError(id, CODE.protocol, response)
    if (response.head.status < 200) return this.onInformational(stream, response.head, end)
    this.onResponse(stream, response.head, response.length, end)
    return !this.lifetimes.closed
  }

  private onInformational(stream: Http2Stream<ResponseHead, RequestHead>, head: ResponseHead, end: boolean): boolean {
    if (end || ++this.informational > MAX_INFORMATIONAL) return this.lifetimes.streamError(stream.id, CODE.protocol, 'http2.too_many_1xx')
    stream.events?.onInformational?.(head)
    return !this.lifetimes.closed
  }

  private onResponse(stream: Http2Stream<ResponseHead, RequestHead>, head: ResponseHead, length: number, end: boolean): void {
    const { id } = stream
    const bodyless = stream.method === 'HEAD' || head.status === 204 || head.status === 304
    if (end && length > 0 && !bodyless) return void this.lifetimes.streamError(id, CODE.protocol, 'http2.content_length_mismatch')
    this.informational = 0
    stream.headReceived = true
    stream.remoteEnded = end
    stream.promised = bodyless ? (end ? -1 : 0) : length
    const accepted = stream.wantsTunnel && head.status < 300
    stream.wantsTunnel = accepted
    // Our canonical form of an accepted upgrade is that of HTTP/1.
    if (accepted && stream.upgrade !== undefined) head.status = 101
    stream.events?.onHead(head, end && !accepted)
    if (end && this.lifetimes.streams.has(id)) this.lifetimes.halfClosed(stream)
  }

  /** Opens the stream. An extended CONNECT waits for the server's SETTINGS, which say whether it may be sent (RFC 8441 3). */
  override writeHead(stream: Http2Stream<ResponseHead, RequestHead>, head: RequestHead, end: boolean): void {
    if (head.upgrade !== undefined && !this.peer.takesExtendedConnect) return this.holdUpgrade(stream, head, end)
    if (!this.lifetimes.unopened.delete(stream)) return
    stream.id = this.nextId
    this.nextId += 2
    stream.sendWindow = this.peer.initialWindow
    this.lifetimes.streams.set(stream.id, stream)
    super.writeHead(stream, head, end)
  }

  private holdUpgrade(stream: Http2Stream<ResponseHead, RequestHead>, head: RequestHead, end: boolean): void {
    if (this.peer.seen) return void queueMicrotask(() => this.refuseUpgrade(stream))
    const kept = head.keep()
    this.upgradesWaiting.push(() => this.writeHead(stream, kept, end))
  }

  private refuseUpgrade(stream: Http2Stream<ResponseHead, RequestHead>): void {
    if (!this.lifetimes.unopened.delete(stream)) return
    stream.lose('protocol', 'http2.extended_connect_not_supported')
    this.onStreamGone()
  }

  override resetByOwner(stream: Http2Stream<ResponseHead, RequestHead>, reason: ResetReason): void {
    if (!this.lifetimes.unopened.delete(stream)) return super.resetByOwner(stream, reason)
    // Nothing was sent, so there is nothing to take back.
    stream.detach()
    stream.events = undefined
    this.onStreamGone()
  }

  protected encodeHead(stream: Http2Stream<ResponseHead, RequestHead>, head: RequestHead, field: FieldSink): void {
    stream.method = head.method
    stream.upgrade = head.upgrade
    stream.wantsTunnel = head.method === 'CONNECT' || head.upgrade !== undefined
    field(':method', head.upgrade === undefined ? head.method : 'CONNECT')
    if (head.method !== 'CONNECT' || head.upgrade !== undefined) {
      field(':scheme', head.scheme)
      field(':path', head.path)
    }
    field(':authority', head.authority)
    if (head.upgrade !== undefined) field(':protocol', head.upgrade)
    head.forEach((name, value) => {
      if (!isForHttp1(name)) field(name, value)
    })
  }

  /** Streams that the server will not touch may be tried elsewhere; the others go on. */
  onPeerGoaway(lastId: number): void {
    this.stopTaking()
    for (const stream of [...this.lifetimes.streams.values()]) {
      if (stream.id <= lastId) continue
      this.lifetimes.forget(stream, true)
      stream.lose('refused', 'http2.goaway')
    }
    for (const stream of [...this.lifetimes.unopened]) {
      this.lifetimes.unopened.delete(stream)
      stream.lose('refused', 'http2.goaway')
    }
    this.onStreamGone()
  }

  private stopTaking(): void {
    if (this.goaway) return
    this.goaway = true
    this.events.onGoaway()
  }

  onPeerSettings(): void {
    for (const send of this.upgradesWaiting.splice(0)) send()
    this.wake()
  }

  onStreamGone(): void {
    if (this.goaway && this.active === 0) return this.lifetimes.shut('cancel', 'http2.goaway')
    this.wake()
  }

  private wake(): void {
    if (!this.wasFull || !this.canTakeStream) return
    this.wasFull = false
    this.events.onAvailable()
  }

  onPingAck(): void {}

  onShut(): void {
    this.stopTaking()
  }

  protected onGone(detail: string): void {
    this.events.onClose(detail)
  }
}
