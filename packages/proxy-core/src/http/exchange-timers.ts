/** The times of one exchange: how long it may be idle, how long it may last, how long its request may take to arrive. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import type { RequestHead } from '../codec/codec.ts'
import { isGrpc } from '../router/match-route.ts'
import type { ForwardAction, StreamDuration } from '../router/route-table.ts'
import { parseGrpcTimeout } from './grpc-timeout.ts'
import type { Hcm } from './hcm.ts'

/** Who is told that a time is over; each at most once. */
export interface TimersOwner {
  onIdleTooLong(): void
  onLastedTooLong(): void
  onRequestTooSlow(): void
}

/** Started with the head, adjusted by the route, stopped with the exchange. */
export class ExchangeTimers {
  readonly #owner: TimersOwner
  readonly #clock: Clock
  #idleMs = 0
  #lastActivity = 0
  #idle: Cancel | undefined
  #lasting: Cancel | undefined
  #arriving: Cancel | undefined

  constructor(owner: TimersOwner, clock: Clock) {
    this.#owner = owner
    this.#clock = clock
  }

  /** Milliseconds without a byte in either direction; 0 = no limit. */
  get idleMs(): number {
    return this.#idleMs
  }

  /** The listener's limits. `nowMono` spares the clock. */
  start(hcm: Hcm, requestEnded: boolean, nowMono: number): void {
    this.#watchIdle(hcm.streamIdleTimeoutMs, nowMono)
    if (hcm.maxStreamDurationMs > 0) this.#lasting = this.#clock.after(hcm.maxStreamDurationMs, () => this.#owner.onLastedTooLong())
    if (hcm.requestTimeoutMs > 0 && !requestEnded) this.#arriving = this.#clock.after(hcm.requestTimeoutMs, () => this.#owner.onRequestTooSlow())
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
    this.#lasting = ms > 0 ? this.#clock.after(ms, () => this.#owner.onLastedTooLong()) : undefined
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
    else this.#owner.onIdleTooLong()
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
