/** The times of one exchange: how long it may be idle, how long it may last, how long its request may take to arrive; and what happens then. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import type { RequestHead } from '../codec/codec.ts'
import { isGrpc } from '../router/match-route.ts'
import type { ForwardAction, StreamDuration } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Exchange } from './exchange.ts'
import { parseGrpcTimeout } from './grpc-timeout.ts'
import type { Hcm } from './hcm.ts'

/** What is answered or broken off when a time is over. */
export interface TimedExchange extends Pick<Exchange, 'hcm' | 'info' | 'reply' | 'abort'> {
  readonly requestEnded: boolean
  readonly responseStarted: boolean
}

const GRPC_DEADLINE_EXCEEDED = 4

/** Started with the head, adjusted by the route, stopped with the exchange. */
export class ExchangeTimers {
  readonly #exchange: TimedExchange
  readonly #clock: Clock
  #idleMs = 0
  #lastActivity = 0
  #idle: Cancel | undefined
  #lasting: Cancel | undefined
  #arriving: Cancel | undefined

  constructor(exchange: TimedExchange, clock: Clock) {
    this.#exchange = exchange
    this.#clock = clock
  }

  /** Milliseconds without a byte in either direction; 0 = no limit. */
  get idleMs(): number {
    return this.#idleMs
  }

  /** The listener's limits. `nowMono` spares the clock. */
  start(hcm: Hcm, requestEnded: boolean, nowMono: number): void {
    this.#watchIdle(hcm.streamIdleTimeoutMs, nowMono)
    if (hcm.maxStreamDurationMs > 0) this.#lasting = this.#clock.after(hcm.maxStreamDurationMs, () => this.#lastedTooLong())
    if (hcm.requestTimeoutMs > 0 && !requestEnded) this.#arriving = this.#clock.after(hcm.requestTimeoutMs, () => this.#requestTooSlow())
  }

  /** A route's own limits take the place of the listener's. */
  applyRoute({ idleTimeoutMs, duration }: ForwardAction, head: RequestHead): void {
    if (idleTimeoutMs !== undefined) {
      this.#idle?.()
      this.#idle = undefined
      this.#watchIdle(idleTimeoutMs, this.#clock.monotonic())
    }
    if (!duration) return
    this.#lasting?.()
    const ms = durationOf(duration, head)
    this.#lasting = ms > 0 ? this.#clock.after(ms, () => this.#lastedTooLong()) : undefined
  }

  /** Bytes have passed. */
  touch(): void {
    if (this.#idle) this.#lastActivity = this.#clock.monotonic()
  }

  requestArrived(): void {
    this.#arriving?.()
  }

  stop(): void {
    this.#idle?.()
    this.#lasting?.()
    this.#arriving?.()
    this.#idle = undefined
  }

  #watchIdle(ms: number, nowMono: number): void {
    this.#idleMs = ms
    if (ms <= 0) return
    this.#lastActivity = nowMono
    this.#idle = this.#clock.after(ms, () => this.#checkIdle())
  }

  /** One timer looks back, instead of being restarted at every byte. */
  #checkIdle(): void {
    const left = this.#lastActivity + this.#idleMs - this.#clock.monotonic()
    if (left > 0) this.#idle = this.#clock.after(left, () => this.#checkIdle())
    else this.#idleTooLong()
  }
  #idleTooLong(): void {
    const exchange = this.#exchange
    exchange.hcm.stats.downstream_rq_idle_timeout.value++
    exchange.info.flags |= Flag.StreamIdleTimeout
    if (exchange.responseStarted) exchange.abort(Flag.StreamIdleTimeout, 'stream_idle_timeout')
    else exchange.reply(exchange.requestEnded ? 504 : 408, 'stream timeout', 'stream_idle_timeout')
  }

  #lastedTooLong(): void {
    const exchange = this.#exchange
    exchange.hcm.stats.downstream_rq_max_duration_reached.value++
    // No flag: Envoy's DT is for connections.
    if (exchange.responseStarted) exchange.abort(0, 'max_duration_timeout')
    else exchange.reply(exchange.requestEnded ? 504 : 408, 'downstream duration timeout', 'max_duration_timeout', [], GRPC_DEADLINE_EXCEEDED)
  }

  #requestTooSlow(): void {
    const exchange = this.#exchange
    exchange.hcm.stats.downstream_rq_timeout.value++
    if (!exchange.responseStarted) exchange.reply(408, 'request timeout', 'request_overall_timeout')
  }
}

/** Milliseconds that an exchange may last on a route; 0 = no limit. @see envoy RouteAction.MaxStreamDuration */
function durationOf(limit: StreamDuration, head: RequestHead): number {
  if (limit.grpcHeaderMaxMs === undefined || !isGrpc(head)) return limit.maxMs
  const asked = parseGrpcTimeout(head.get('grpc-timeout'))
  if (asked === undefined) return limit.maxMs
  const bounded = limit.grpcHeaderMaxMs > 0 && (asked === 0 || asked > limit.grpcHeaderMaxMs) ? limit.grpcHeaderMaxMs : asked
  return bounded > limit.grpcHeaderOffsetMs ? bounded - limit.grpcHeaderOffsetMs : bounded
}
