/** The server side of an HTTP/2 connection. */
import type { CodecOptions, MessageEvents, RequestHead, ResetReason, ResponseHead, ServerConnection, ServerConnectionEvents } from '../codec.ts'
import type { ByteStream } from '../../io/io-engine.ts'
import { HTTP2_PREFACE } from '../detect-http.ts'
import { plainResponseHead } from '../head/plain-heads.ts'
import { type FieldSink, Http2Connection } from './connection.ts'
import { requestFrom } from './header-rules.ts'
import { CODE, MAX_WINDOW, SETTING } from './protocol.ts'
import { Http2Stream } from './stream.ts'

const DRAIN_PING = Uint8Array.of(0x64, 0x72, 0x61, 0x69, 0x6e, 0, 0, 0)

/** Serves HTTP/2 on `stream`, which it owns from now on and whose first bytes must be the client's preface. */
export const http2Server = (stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents): ServerConnection => new Http2Server(stream, options, events)

class Http2Server extends Http2Connection<RequestHead, ResponseHead> implements ServerConnection {
  readonly isServer = true
  private readonly events: ServerConnectionEvents
  private prefaceLength = 0
  private lastId = 0
  private draining = false
  /** After the final GOAWAY: streams above this number are not served. */
  private lastServed = MAX_WINDOW
  private readonly noEvents: MessageEvents<RequestHead> = { onHead() {}, onData() {}, onTrailers() {}, onReset() {}, onDrain() {} }

  constructor(stream: ByteStream, options: CodecOptions, events: ServerConnectionEvents) {
    super(stream, options)
    this.events = events
    this.sendSettings([
      [SETTING.maxConcurrentStreams, options.maxConcurrentStreams],
      [SETTING.enableConnectProtocol, 1],
    ])
    stream.setEvents(this)
  }

  override onData(bytes: Uint8Array, from: number, to: number): void {
    let at = from
    while (this.prefaceLength < HTTP2_PREFACE.length && at < to) {
      if (bytes[at++] !== HTTP2_PREFACE[this.prefaceLength++]) return void this.lifetimes.fail(CODE.protocol, 'http2.bad_preface')
    }
    if (at < to) super.onData(bytes, at, to)
  }

  get lastPeerId(): number {
    return Math.min(this.lastId, this.lastServed)
  }

  isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.lastId
  }

  onHeaderBlock(_stream: undefined, id: number, end: boolean, badPriority: boolean): boolean {
    if (id % 2 === 0) return this.lifetimes.fail(CODE.protocol, 'http2.even_stream_id')
    this.lastId = id
    this.guard.onStream()
    const { decoder, options } = this
    if (id > this.lastServed || this.lifetimes.streams.size >= options.maxConcurrentStreams) return this.lifetimes.streamError(id, CODE.refused, 'http2.too_many_streams')
    if (badPriority) return this.lifetimes.streamError(id, CODE.protocol, 'http2.bad_priority')
    if (decoder.tooLarge) return this.refuse(id, end, 431)
    const request = decoder.malformed ? 'http2.invalid_header_field' : requestFrom(decoder.pairs, decoder.sensitive)
    if (typeof request === 'string') return this.refuseMalformed(id, request)
    if (end && request.length > 0) return this.refuseMalformed(id, 'http2.content_length_mismatch')
    this.open(id, request.head, request.length, end)
    return !this.lifetimes.closed
  }

  private open(id: number, head: RequestHead, length: number, end: boolean): void {
    const stream = new Http2Stream(this, id, this.peer.initialWindow, this.streamWindow)
    this.lifetimes.streams.set(id, stream)
    stream.headReceived = true
    stream.promised = length
    stream.remoteEnded = end
    stream.method = head.method
    stream.upgrade = head.upgrade
    stream.wantsTunnel = head.method === 'CONNECT' || head.upgrade !== undefined
    // Our canonical form of an upgrade is that of HTTP/1 (as in Envoy): routes, path normalisation and policies see GET and a path.
    if (head.upgrade !== undefined) head.method = 'GET'
    const events = this.events.onStream(stream)
    if (!this.lifetimes.streams.has(id)) return
    stream.events = events
    events.onHead(head, end && !stream.wantsTunnel)
  }

  private refuseMalformed(id: number, detail: string): boolean {
    this.events.onProtocolError(detail, { status: 0, bytes: 0 })
    return this.lifetimes.streamError(id, CODE.protocol, detail)
  }

  /** Answers without an owner; the request's body is not read. */
  private refuse(id: number, end: boolean, status: number): boolean {
    this.events.onProtocolError(status === 431 ? 'http2.headers_too_large' : `http2.refused_${status}`, { status, bytes: 0 })
    const stream = new Http2Stream(this, id, this.peer.initialWindow, this.streamWindow)
    this.lifetimes.streams.set(id, stream)
    stream.headReceived = true
    stream.remoteEnded = end
    stream.events = this.noEvents
    stream.sendHead(plainResponseHead(status, [['content-length', '0']]), true)
    return this.lifetimes.allows(this.guard.onWastedStream())
  }

  protected encodeHead(stream: Http2Stream<RequestHead, ResponseHead>, head: ResponseHead, field: FieldSink): void {
    // An accepted upgrade is 101 in our canonical form and 200 here (RFC 8441 5).
    const accepted = stream.upgrade !== undefined && head.status === 101
    if (stream.wantsTunnel && !accepted && (stream.upgrade !== undefined || head.status >= 300)) stream.wantsTunnel = head.status < 200
    field(':status', accepted ? '200' : String(head.status))
    head.forEach((name, value) => {
      if (!isForHttp1(name)) field(name, value)
    })
  }

  /** Says goodbye in two steps, so that requests already on their way are still served (RFC 9113 6.8). */
  drain(): void {
    if (this.draining || this.lifetimes.closed) return
    this.draining = true
    this.writer.goaway(MAX_WINDOW, CODE.noError, '')
    this.writer.ping(DRAIN_PING, 0, false)
  }

  onPingAck(): void {
    if (!this.draining || this.lastServed !== MAX_WINDOW) return
    this.lastServed = this.lastId
    this.writer.goaway(this.lastId, CODE.noError, '')
    this.onStreamGone()
  }

  onStreamGone(): void {
    if (this.draining && this.lastServed !== MAX_WINDOW && this.lifetimes.streams.size === 0) this.lifetimes.shut('cancel', 'drained')
  }

  onPeerGoaway(): void {
    // The client opens no more streams; those that run are finished.
    this.draining = true
    this.lastServed = this.lastId
    this.onStreamGone()
  }

  onPeerSettings(): void {}

  onShut(reason: ResetReason, detail: string): void {
    if (reason === 'protocol') this.events.onProtocolError(detail)
  }

  protected onGone(): void {
    this.events.onClose()
  }
}

/** Names that an HTTP/1 head may bring along and HTTP/2 forbids. @internal */
export const isForHttp1 = (name: string): boolean =>
  name === 'connection' || name === 'keep-alive' || name === 'transfer-encoding' || name === 'upgrade' || name === 'proxy-connection' || name === 'host'
