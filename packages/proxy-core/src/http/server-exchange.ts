/** One request that is served: admission, filters, the answer, and the record of it all. */
import type { CodecAnswer, HeaderFields, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec/codec.ts'
import { plainFields } from '../codec/head/plain-fields.ts'
import type { ByteStream } from '../io/io-engine.ts'
import { findRoute, findVirtualHost, needsTls } from '../router/match-route.ts'
import { chooseWeighted } from '../router/choose-target.ts'
import type { CompiledRoute, ForwardAction, WeightedChoice } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { CompiledAccessLog } from '../access-log/access-log.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'
import { StreamInfo } from '../stream/stream-info.ts'
import { plainResponseHead } from '../codec/head/plain-heads.ts'
import { admit, type Refusal } from './admission.ts'
import { BODY_HIGH_WATER, BodyBuffer, NO_BODY } from './body-buffer.ts'
import { ExchangeTimers, type TimedExchange } from './exchange-timers.ts'
import type { Exchange } from './exchange.ts'
import { Forwarder } from './forwarder.ts'
import type { Hcm } from './hcm.ts'
import type { HttpFilter } from './http-filter.ts'
import type { HttpRuntime } from './http-runtime.ts'
import { localReply } from './local-reply.ts'
import { admitHeaders } from './request-headers.ts'
import { countResponse, editResponse, finishResponse } from './response-head.ts'
import { answerRoute, redirectToHttps, replyNoRoute } from './route-answers.ts'

/** The connection on which an exchange takes place. */
export interface ExchangeOwner {
  readonly hcm: Hcm
  readonly runtime: HttpRuntime
  readonly info: ConnectionInfo
  readonly accessLogs: readonly CompiledAccessLog[]
  readonly logsReadResponse: boolean
  /** The `date` header. */
  date(): string
  tunnelBegan(): void
  tunnelDone(): void
  exchangeDone(): void
}

/** @internal made by the connection. */
export class ServerExchange implements Exchange, MessageEvents<RequestHead>, TimedExchange {
  readonly stream: MessageStream<ResponseHead>
  readonly hcm: Hcm
  readonly runtime: HttpRuntime
  readonly info: StreamInfo
  /** The request head; set before anything else happens. */
  head!: RequestHead
  route: CompiledRoute | undefined
  weightedChoice: WeightedChoice | undefined
  alpnOverride: Exchange['alpnOverride']
  onAbandoned: Exchange['onAbandoned']
  filterState: Exchange['filterState']
  done = false
  responseStarted = false
  requestEnded = false
  readonly #connection: ExchangeOwner
  /** Those the route leaves on; before there is a route, those that are on anyway. */
  #filters: readonly HttpFilter[]
  #nextFilter = 0
  #body: BodyBuffer | undefined
  #forwarder: Forwarder | undefined
  #paused = false
  readonly #timers: ExchangeTimers
  /** Token of an upgrade that is asked for, `connect` for CONNECT. */
  #upgrade: string | undefined
  /** The virtual host takes this request by HTTPS only. */
  #toHttps = false

  constructor(connection: ExchangeOwner, stream: MessageStream<ResponseHead>) {
    this.#connection = connection
    this.stream = stream
    this.hcm = connection.hcm
    this.runtime = connection.runtime
    this.#filters = this.hcm.filters.select(undefined)
    this.#timers = new ExchangeTimers(this, this.runtime.clock)
    const { clock } = this.runtime
    this.info = new StreamInfo(connection.info, clock.now(), clock.monotonic())
  }

  get earlyBody(): BodyBuffer {
    return (this.#body ??= new BodyBuffer())
  }

  onHead(head: RequestHead, end: boolean): void {
    head.keep()
    this.head = head
    const { info, hcm } = this
    info.request = head
    info.protocol = head.protocol
    hcm.stats.downstream_rq_total.value++
    hcm.stats.downstream_rq_active.value++
    hcm.stats[head.protocol === 'HTTP/2' ? 'downstream_rq_http2_total' : 'downstream_rq_http1_total'].value++
    this.requestEnded = end
    if (end) {
      this.#body = NO_BODY
      info.requestEndMono = info.startMono
    }
    this.#timers.start(hcm, end, info.startMono)
    const refusal = admit(hcm, head, info.connection.localPort)
    if (refusal) return this.#refuse(refusal)
    this.#upgrade = head.upgrade ?? (head.method === 'CONNECT' ? 'connect' : undefined)
    if (!end && !hcm.proxy100Continue && head.get('expect') === '100-continue') {
      // The proxy itself invites the body, unless the origin is to be asked (Envoy).
      this.stream.sendInformational?.(plainResponseHead(100, []))
      head.remove('expect')
    }
    info.remoteIp = admitHeaders(hcm, head, info.connection, this.runtime.newRequestId)
    this.#findRoute()
    if (this.route?.action.kind === 'forward') this.#timers.applyRoute(this.route.action, head)
    this.continueRequest()
  }

  onData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    this.info.bytesReceived += to - from
    this.#timers.touch()
    if (end) this.#requestComplete()
    if (this.done) return
    if (this.#forwarder) return this.#forwarder.onRequestData(bytes, from, to, end)
    if (this.responseStarted) return
    const body = this.earlyBody
    if (end) body.ended = true
    if (!body.append(bytes, from, to)) return this.reply(413, 'Payload Too Large', 'request_payload_too_large')
    if (!end && body.bytes >= BODY_HIGH_WATER && !this.#paused) {
      this.#paused = true
      this.stream.pause()
    }
  }

  onTrailers(trailers: HeaderFields): void {
    this.#requestComplete()
    if (this.done) return
    // Trailers are kept beyond this call: between tries, or until a connection is there.
    const kept = plainFields()
    trailers.forEach((name, value) => kept.append(name, value))
    if (this.#forwarder) this.#forwarder.onRequestTrailers(kept)
    else {
      this.earlyBody.trailers = kept
      this.earlyBody.ended = true
    }
  }

  onReset(reason: ResetReason, detail: string, answered?: CodecAnswer): void {
    if (this.done) return
    const { info, hcm } = this
    if (answered) {
      info.responseCode = answered.status
      info.bytesSent = answered.bytes
    }
    hcm.stats.downstream_rq_rx_reset.value++
    info.flags |= reason === 'protocol' ? Flag.DownstreamProtocolError : reason === 'connection' ? Flag.DownstreamConnectionTermination : Flag.DownstreamRemoteReset
    if (info.responseCodeDetails === '' || info.responseCodeDetails === 'via_upstream') info.responseCodeDetails = reason === 'connection' ? 'downstream_remote_disconnect' : detail
    this.#forwarder?.cancel()
    this.#finish()
  }

  onDrain(): void {
    this.#forwarder?.onDownstreamDrain()
  }

  continueRequest(): void {
    const filters = this.#filters
    while (this.#nextFilter < filters.length) {
      if (this.done || this.responseStarted) return
      const filter = filters[this.#nextFilter++]
      if (filter?.onRequest && filter.onRequest(this) === 'stop') return
    }
    if (!this.done && !this.responseStarted) this.#act()
  }

  perRoute(filter: string): unknown {
    return (this.weightedChoice ?? this.route)?.perFilter.configs.get(filter)
  }

  reply(status: number, text: string, details: string, fields: readonly (readonly [string, string])[] = [], grpcStatus?: number): void {
    if (this.done) return
    if (this.responseStarted) return this.abort(0, details)
    this.#forwarder?.cancel()
    const made = localReply(this.head, status, text, fields, grpcStatus)
    this.respond(made.head, made.body.length === 0, details)
    if (made.body.length > 0) this.respondData(made.body, 0, made.body.length, true)
  }

  respond(head: ResponseHead, end: boolean, details: string): void {
    if (this.done || this.responseStarted) return
    // The rest of the request is not waited for once the answer is there.
    if (!this.requestEnded) this.stream.closeAfterResponse?.()
    this.#prepareResponse(head, details)
    this.stream.sendHead(head, end)
    if (end) this.#finish()
  }

  respondData(bytes: Uint8Array, from: number, to: number, end: boolean): boolean {
    if (this.done) return true
    this.info.bytesSent += to - from
    this.#timers.touch()
    const open = this.stream.sendData(bytes, from, to, end, false)
    if (end) this.#finish()
    return open
  }

  respondTrailers(trailers: HeaderFields): void {
    if (this.done) return
    this.info.responseTrailers = trailers
    this.stream.sendTrailers(trailers)
    this.#finish()
  }

  respondTunnel(head: ResponseHead, open: () => ByteStream, onEnd?: () => void): void {
    if (this.done || this.responseStarted) return
    this.#prepareResponse(head, 'via_upstream')
    this.stream.sendHead(head, false)
    const { info } = this
    const connection = this.#connection
    const client = this.stream.tunnel()
    connection.tunnelBegan()
    this.#timers.stop()
    const { idleMs } = this.#timers
    this.runtime.engine.relay(client, open(), (result) => {
      // An HTTP/2 stream that ends has ended properly; a connection that goes does not say so.
      if (this.head.protocol !== 'HTTP/2' || result.failure) this.#noteTunnelEnd(result.endedBy)
      info.bytesReceived += result.aToB
      info.bytesSent += result.bToA
      onEnd?.()
      this.#finish()
      connection.tunnelDone()
    }, idleMs > 0 ? idleMs : undefined)
  }

  /** A tunnel has no end of its own: who left first is what a log can tell (Envoy's flags and details). */
  #noteTunnelEnd(endedBy: 'a' | 'b' | undefined): void {
    const { info } = this
    if (endedBy === undefined) return
    info.flags |= endedBy === 'a' ? Flag.DownstreamConnectionTermination : Flag.UpstreamConnectionTermination
    info.responseCodeDetails = endedBy === 'a' ? 'downstream_remote_disconnect' : 'upstream_reset_after_response_started{connection_termination}'
  }

  abort(flag: number, details: string): void {
    if (this.done) return
    this.info.flags |= flag
    this.info.responseCodeDetails = details
    this.hcm.stats.downstream_rq_tx_reset.value++
    this.#forwarder?.cancel()
    this.stream.reset('internal')
    this.#finish()
  }

  #refuse({ status, text, details, fields, flag, closes }: Refusal): void {
    this.info.flags |= flag
    if (closes) this.stream.closeAfterResponse?.()
    this.reply(status, text, details, fields)
  }

  #findRoute(): void {
    const { hcm, head, info } = this
    const table = hcm.routes ?? this.runtime.routes(hcm.rds)
    const host = table && findVirtualHost(table, head.authority)
    if (host && needsTls(host, head)) {
      this.#toHttps = true
      return
    }
    // One random number per request: fractions and weights agree with each other.
    const random = this.runtime.random()
    const route = host && findRoute(host, head, { random, metadata: info.dynamicMetadata })
    if (!route) return
    this.route = route
    info.routeName = route.name
    info.routeFrom = route.from
    info.routeMetadata = route.filterMetadata
    info.virtualHost = host.name
    this.weightedChoice = chooseWeighted(route, random)
    this.#filters = hcm.filters.select((this.weightedChoice ?? route).perFilter.switches)
  }

  /** After all filters: what the route says. */
  #act(): void {
    if (this.#toHttps) return redirectToHttps(this)
    const { route } = this
    if (!route) return replyNoRoute(this)
    if (this.#upgrade !== undefined && !this.#upgradeAllowed(route, this.#upgrade)) return this.reply(403, '', 'upgrade_failed')
    const { action } = route
    if (action.kind === 'forward') this.#forward(route, action)
    else answerRoute(this, route, action)
  }

  #forward(route: CompiledRoute, action: ForwardAction): void {
    this.#forwarder = new Forwarder(this, route, action, this.earlyBody)
    this.#forwarder.start()
    if (!this.#paused || this.done) return
    this.#paused = false
    this.stream.resume()
  }

  #upgradeAllowed(route: CompiledRoute, token: string): boolean {
    const own = route.action.kind === 'forward' ? route.action.upgrades.get(token) : undefined
    if (own) return own.enabled
    // A connect matcher without an upgrade configuration would forward CONNECT as it is; the listener must allow it.
    return this.hcm.upgrades.get(token) === true
  }

  #prepareResponse(head: ResponseHead, details: string): void {
    const { hcm, info, route } = this
    this.responseStarted = true
    info.responseCodeDetails = details
    info.firstResponseMono = this.runtime.clock.monotonic()
    if (route && (details === 'via_upstream' || details === 'direct_response')) editResponse(head, route, this.weightedChoice, info)
    const filters = this.#filters
    for (let i = filters.length - 1; i >= 0; i--) filters[i]?.onResponse?.(this, head)
    finishResponse(head, this.head, hcm, this.#connection)
    if (this.runtime.explain && this.head.get('x-istio-ts-explain') === '1') head.set('x-istio-ts-route', info.routeFrom === '' ? 'none' : info.routeFrom)
    info.responseCode = head.status
    if (this.#connection.logsReadResponse) info.response = head.keep()
    countResponse(hcm, head.status)
  }

  #requestComplete(): void {
    this.requestEnded = true
    this.info.requestEndMono = this.runtime.clock.monotonic()
    this.#timers.requestArrived()
  }

  #finish(): void {
    if (this.done) return
    this.done = true
    const { hcm, info, runtime } = this
    info.endMono = runtime.clock.monotonic()
    this.#timers.stop()
    this.#forwarder?.cancel()
    this.onAbandoned?.()
    this.onAbandoned = undefined
    hcm.stats.downstream_rq_active.value--
    hcm.stats.downstream_rq_completed.value++
    for (const filter of this.#filters) filter.onComplete?.(this)
    for (const log of this.#connection.accessLogs) if (log.accepts(info)) runtime.logs.write(log.path, log.print(info))
    this.#connection.exchangeDone()
  }
}
