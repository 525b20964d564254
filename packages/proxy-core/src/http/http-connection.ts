/** One downstream HTTP connection: chooses the codec, makes exchanges, drains and times out. */
import type { Cancel } from '@istio-ts/foundation'
import type { CodecAnswer, MessageEvents, MessageStream, RequestHead, ResponseHead, ServerConnection, ServerConnectionEvents } from '../codec/codec.ts'
import { HTTP2_PREFACE } from '../codec/detect-http.ts'
import type { ByteStream, StreamEvents } from '../io/io-engine.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'
import { Flag } from '../stream/response-flags.ts'
import { StreamInfo } from '../stream/stream-info.ts'
import type { CompiledAccessLog } from '../access-log/access-log.ts'
import type { Hcm } from './hcm.ts'
import type { HttpRuntime } from './http-runtime.ts'
import { localReply } from './local-reply.ts'
import { type ExchangeOwner, ServerExchange } from './server-exchange.ts'

/** Envoy's words. */
const HEAD_TIMEOUT = 'request header timeout'

/** Lives as long as the connection. */
export class HttpConnection implements ServerConnectionEvents, ExchangeOwner {
  readonly hcm: Hcm
  readonly runtime: HttpRuntime
  readonly info: ConnectionInfo
  readonly accessLogs: readonly CompiledAccessLog[]
  readonly logsReadResponse: boolean
  readonly #onGone: () => void
  #server: ServerConnection | undefined
  #stream: ByteStream
  #closed = false
  #draining = false
  #requests = 0
  /** Relays in progress on this connection. */
  #tunnels = 0
  #lastActiveMono: number
  #idle: Cancel | undefined
  #headTimer: Cancel | undefined

  /** @param onGone called once when the connection is over */
  constructor(stream: ByteStream, hcm: Hcm, runtime: HttpRuntime, info: ConnectionInfo, accessLogs: readonly CompiledAccessLog[], onGone: () => void) {
    this.#stream = stream
    this.hcm = hcm
    this.runtime = runtime
    this.info = info
    this.accessLogs = accessLogs
    this.logsReadResponse = accessLogs.some((log) => log.readsResponse)
    this.#onGone = onGone
    this.#lastActiveMono = runtime.clock.monotonic()
    hcm.stats.downstream_cx_total.value++
    hcm.stats.downstream_cx_active.value++
    if (info.tls) hcm.stats.downstream_cx_ssl_total.value++
    if (hcm.idleTimeoutMs > 0) this.#idle = runtime.clock.after(hcm.idleTimeoutMs, () => this.#checkIdle())
    if (hcm.maxConnectionDurationMs > 0) runtime.clock.after(hcm.maxConnectionDurationMs, () => this.drain())
    this.#chooseCodec()
  }

  /** Requests in progress, tunnels included. */
  get active(): number {
    return (this.#server?.active ?? 0) + this.#tunnels
  }

  onStream(stream: MessageStream<ResponseHead>): MessageEvents<RequestHead> {
    this.#headTimer?.()
    this.#headTimer = undefined
    this.#requests++
    if (this.hcm.maxRequestsPerConnection > 0 && this.#requests >= this.hcm.maxRequestsPerConnection) this.drain()
    return new ServerExchange(this, stream)
  }

  onHeadStarted(): void {
    const { headersTimeoutMs } = this.hcm
    if (headersTimeoutMs > 0 && !this.#headTimer) this.#headTimer = this.runtime.clock.after(headersTimeoutMs, () => this.#headTooSlow())
  }

  onProtocolError(detail: string, answered?: CodecAnswer): void {
    this.hcm.stats.downstream_cx_protocol_error.value++
    this.info.terminationDetails = detail
    if (answered) this.#logUnread(answered, Flag.DownstreamProtocolError, detail)
  }

  answerFields(): readonly (readonly [string, string])[] {
    return [['date', this.date()], ['server', this.hcm.serverName]]
  }

  #headTooSlow(): void {
    if (!this.#server?.answerUnread) return this.close()
    const { head, body } = localReply(undefined, 408, HEAD_TIMEOUT)
    for (const [name, value] of this.answerFields()) head.set(name, value)
    this.#server.answerUnread(head, body)
    this.hcm.stats.downstream_rq_header_timeout.value++
    this.#logUnread({ status: 408, bytes: body.length }, 0, 'request_header_timeout')
  }

  /** A line for a request that was refused before there was one: who is watched must see it too (as in Envoy). */
  #logUnread(answered: CodecAnswer, flag: number, detail: string): void {
    const { clock, logs } = this.runtime
    const info = new StreamInfo(this.info, clock.now(), clock.monotonic())
    info.protocol = this.#server?.protocol === 'http2' ? 'HTTP/2' : 'HTTP/1.1'
    info.remoteIp = this.info.remoteAddress.kind === 'ip' ? this.info.remoteAddress.ip : ''
    info.endMono = info.startMono
    info.flags = flag
    info.responseCode = answered.status
    info.responseCodeDetails = detail
    info.bytesSent = answered.bytes
    for (const log of this.accessLogs) if (log.accepts(info)) logs.write(log.path, log.print(info))
  }

  onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.#idle?.()
    this.#headTimer?.()
    this.hcm.stats.downstream_cx_active.value--
    this.hcm.stats.downstream_cx_destroy.value++
    this.#onGone()
  }

  /** An exchange ended. */
  exchangeDone(): void {
    this.#lastActiveMono = this.runtime.clock.monotonic()
  }

  /** An exchange has become a relay. */
  tunnelBegan(): void {
    this.#tunnels++
  }

  /** A tunnel ended. On HTTP/1 it had taken the connection away from the codec, which hears nothing of it any more: both are over. */
  tunnelDone(): void {
    this.#tunnels--
    if (this.#server?.protocol === 'http1') this.onClose()
  }

  /** Lets running requests finish, then closes. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    if (this.#server) this.#server.drain()
    else this.close()
  }

  close(): void {
    if (this.#server) this.#server.close()
    else this.#stream.destroy()
    this.onClose()
  }

  /** The `date` header, made at most once a second per proxy. */
  date(): string {
    return httpDate(this.runtime)
  }

  #chooseCodec(): void {
    const { hcm, info } = this
    if (hcm.codec !== 'AUTO') return this.#start(hcm.codec === 'HTTP2')
    const alpn = info.tls?.alpn
    if (alpn === 'h2' || alpn === 'istio-h2') return this.#start(true)
    if (alpn !== undefined) return this.#start(false)
    this.#peek()
  }

  /** Without ALPN the first bytes decide: the HTTP/2 preface or anything else. */
  #peek(): void {
    let seen: Uint8Array | undefined
    const events: StreamEvents = {
      onData: (bytes, from, to) => {
        const grown = new Uint8Array((seen?.length ?? 0) + to - from)
        if (seen) grown.set(seen)
        grown.set(bytes.subarray(from, to), seen?.length ?? 0)
        seen = grown
        const like = prefaceLength(seen)
        if (like === seen.length && like < HTTP2_PREFACE.length) return
        this.#start(like === HTTP2_PREFACE.length, seen)
      },
      onEnd: () => this.close(),
      onDrain: () => undefined,
      onClose: () => this.onClose(),
    }
    this.#stream.setEvents(events)
  }

  #start(http2: boolean, seen?: Uint8Array): void {
    const { hcm, runtime } = this
    hcm.stats[http2 ? 'downstream_cx_http2_total' : 'downstream_cx_http1_total'].value++
    const make = http2 ? runtime.codecs.http2Server : runtime.codecs.http1Server
    this.#server = make(this.#stream, hcm.codecOptions, this)
    if (seen) this.#stream.unread(seen)
    if (this.#draining) this.#server.drain()
  }

  #checkIdle(): void {
    const { hcm, runtime } = this
    if (this.#closed) return
    const left = this.active > 0 ? hcm.idleTimeoutMs : this.#lastActiveMono + hcm.idleTimeoutMs - runtime.clock.monotonic()
    if (left > 0) {
      this.#idle = runtime.clock.after(left, () => this.#checkIdle())
      return
    }
    hcm.stats.downstream_cx_idle_timeout.value++
    if (this.#server) this.drain()
    else this.#stream.close()
  }
}

/** How many bytes at the start are those of the HTTP/2 preface. */
function prefaceLength(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length && i < HTTP2_PREFACE.length && bytes[i] === HTTP2_PREFACE[i]) i++
  return i
}

const DATES = new WeakMap<HttpRuntime, { second: number; text: string }>()

function httpDate(runtime: HttpRuntime): string {
  const second = Math.floor(runtime.clock.now() / 1000)
  const known = DATES.get(runtime)
  if (known?.second === second) return known.text
  const text = new Date(second * 1000).toUTCString()
  DATES.set(runtime, { second, text })
  return text
}
