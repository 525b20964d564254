/**
 * Connections to one host for one protocol and TLS variant. HTTP/1 connections are a stack (last used, first reused, so that
 * few stay busy and the rest age out); HTTP/2 connections are shared until they take no more streams.
 */
import type { ClientConnection, ClientConnectionEvents, CodecOptions } from '../codec/codec.ts'
import type { ByteStream, StreamFailure } from '../io/io-engine.ts'
import { formatAddress } from '../config/scalars.ts'
import type { Host } from './host.ts'
import type { Upstream } from './upstream.ts'
import { dial, transportFailureText } from './dial.ts'
import type { ClientTlsVariant } from './tls-contexts.ts'

/** Protocol of a pool. */
export type PoolProtocol = 'http1' | 'http2'

/** Why a pool had no connection to give. */
export type PoolFailure = 'connect' | 'timeout' | 'overflow'

/** Who waits for a connection; exactly one method is called, unless cancelled first. */
export interface PoolWaiter {
  onConnection(connection: UpstreamConnection): void
  onPoolFailure(failure: PoolFailure, detail: string): void
}

/** One live connection and what is known of it. */
export class UpstreamConnection implements ClientConnectionEvents {
  readonly pool: HostPool
  readonly stream: ByteStream
  readonly client: ClientConnection
  readonly localAddress: string
  readonly openedMono: number
  requests = 0
  /** Monotonic time since which nothing runs on it; 0 while busy. */
  idleSince = 0
  goingAway = false
  closed = false

  constructor(pool: HostPool, stream: ByteStream, makeClient: (events: ClientConnectionEvents) => ClientConnection) {
    this.pool = pool
    this.stream = stream
    this.localAddress = formatAddress(stream.localAddress)
    this.openedMono = pool.upstream.deps.clock.monotonic()
    this.client = makeClient(this)
  }

  /** True if a request may be sent on it now. */
  get usable(): boolean {
    return !this.closed && !this.goingAway && this.client.canTakeStream
  }

  onAvailable(): void {
    this.pool.release(this)
  }

  onGoaway(): void {
    this.goingAway = true
    if (this.client.active === 0) this.close()
  }

  onClose(): void {
    if (this.closed) return
    this.closed = true
    this.pool.forget(this)
  }

  close(): void {
    if (!this.closed) this.client.close()
    this.onClose()
  }
}

/** The pool itself. */
export class HostPool {
  readonly host: Host
  readonly upstream: Upstream
  readonly protocol: PoolProtocol
  readonly variant: ClientTlsVariant
  readonly #idle: UpstreamConnection[] = []
  readonly #all = new Set<UpstreamConnection>()
  readonly #waiters: PoolWaiter[] = []
  readonly #dials = new Set<() => void>()

  constructor(host: Host, upstream: Upstream, protocol: PoolProtocol, variant: ClientTlsVariant) {
    this.host = host
    this.upstream = upstream
    this.protocol = protocol
    this.variant = variant
  }

  get size(): number {
    return this.#all.size
  }

  /** Gives a connection now, later, or a failure. */
  acquire(waiter: PoolWaiter): void {
    const ready = this.#ready()
    if (ready) {
      if (!this.#serve(waiter, ready) && this.protocol === 'http1') this.#idle.push(ready)
      return
    }
    const { breakers } = this.upstream.config
    const { stats } = this.upstream
    if (this.upstream.pending >= breakers.maxPending) {
      stats.upstream_rq_pending_overflow.value++
      return waiter.onPoolFailure('overflow', '')
    }
    this.#waiters.push(waiter)
    this.upstream.pending++
    stats.upstream_rq_pending_total.value++
    stats.upstream_rq_pending_active.value++
    this.#connectIfNeeded()
  }

  /** The waiter no longer wants a connection. */
  cancel(waiter: PoolWaiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at < 0) return
    this.#waiters.splice(at, 1)
    this.#waiterGone()
  }

  /** A connection may take a request again. Those who wait come first, also in a cluster that is going away. */
  release(connection: UpstreamConnection): void {
    if (connection.closed) return
    if (this.#wornOut(connection)) connection.goingAway = true
    while (connection.usable) {
      const waiter = this.#waiters.shift()
      if (!waiter) break
      this.#waiterGone()
      this.#serve(waiter, connection)
    }
    if (connection.closed) return
    if (this.host.removed || this.upstream.draining) connection.goingAway = true
    if (connection.client.active > 0) return
    if (connection.goingAway) return connection.close()
    connection.idleSince = this.upstream.deps.clock.monotonic()
    if (this.protocol === 'http1' && connection.usable) this.#idle.push(connection)
  }

  forget(connection: UpstreamConnection): void {
    if (!this.#all.delete(connection)) return
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    this.upstream.connections--
    this.host.counts.cxActive--
    this.upstream.stats.upstream_cx_active.value--
    this.upstream.stats.upstream_cx_destroy.value++
    if (this.#waiters.length > 0) this.#connectIfNeeded()
  }

  /** Closes connections that were idle too long; called from a slow tick. */
  sweep(nowMono: number): void {
    const { idleTimeoutMs } = this.upstream.config.http
    for (const connection of [...this.#all]) {
      if (connection.client.active > 0 || connection.idleSince === 0) continue
      if (idleTimeoutMs > 0 && nowMono - connection.idleSince >= idleTimeoutMs) connection.close()
    }
  }

  /** No new requests: idle connections close now, busy ones after their last request. */
  drain(): void {
    for (const connection of [...this.#all]) {
      connection.goingAway = true
      if (connection.client.active === 0) connection.close()
    }
  }

  /** Closes everything now; waiters fail. */
  close(): void {
    for (const cancel of this.#dials) cancel()
    this.#dials.clear()
    for (const connection of [...this.#all]) connection.close()
    this.#failWaiters('connect', 'cluster removed')
  }

  /** Breakers count a request when it gets its connection: one that waits counts as pending (as in Envoy). */
  #serve(waiter: PoolWaiter, connection: UpstreamConnection): boolean {
    const { upstream } = this
    const allowed = upstream.activeRequests < upstream.config.breakers.maxRequests
    if (allowed) waiter.onConnection(connection)
    else {
      upstream.stats.upstream_rq_pending_overflow.value++
      waiter.onPoolFailure('overflow', '')
    }
    return allowed
  }

  #ready(): UpstreamConnection | undefined {
    if (this.protocol === 'http1') {
      for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) if (connection.usable) return connection
      return undefined
    }
    for (const connection of this.#all) if (connection.usable && !this.#wornOut(connection)) return connection
    return undefined
  }

  #wornOut(connection: UpstreamConnection): boolean {
    const { maxRequestsPerConnection, maxConnectionDurationMs } = this.upstream.config.http
    if (maxRequestsPerConnection > 0 && connection.requests >= maxRequestsPerConnection) return true
    return maxConnectionDurationMs > 0 && this.upstream.deps.clock.monotonic() - connection.openedMono >= maxConnectionDurationMs
  }

  #connectIfNeeded(): void {
    const { upstream } = this
    const wanted = this.protocol === 'http2' ? Math.min(1, this.#waiters.length) : this.#waiters.length
    while (this.#dials.size < wanted) {
      // The first connection of a pool is always allowed (Envoy), so that a full breaker cannot starve a host forever.
      if (upstream.connections >= upstream.config.breakers.maxConnections && this.#all.size + this.#dials.size > 0) {
        upstream.stats.upstream_cx_overflow.value++
        return
      }
      this.#dial()
    }
  }

  #dial(): void {
    const { upstream, host } = this
    upstream.connections++
    upstream.stats.upstream_cx_total.value++
    host.counts.cxTotal++
    const state: { finished: boolean; cancel?: () => void } = { finished: false }
    const finish = (): void => {
      state.finished = true
      if (state.cancel) this.#dials.delete(state.cancel)
    }
    const cancel = dial(upstream.deps, host, this.variant, upstream.config.connectTimeoutMs, {
      onConnected: (stream) => {
        finish()
        this.#connected(stream)
      },
      onFailed: (failure, detail) => {
        finish()
        this.#connectFailed(failure, detail)
      },
    })
    if (state.finished) return
    state.cancel = cancel
    this.#dials.add(cancel)
  }

  #connected(stream: ByteStream): void {
    const { upstream } = this
    const options = codecOptions(upstream)
    const make = this.protocol === 'http2' ? upstream.deps.codecs.http2Client : upstream.deps.codecs.http1Client
    upstream.stats.upstream_cx_active.value++
    upstream.stats[this.protocol === 'http2' ? 'upstream_cx_http2_total' : 'upstream_cx_http1_total'].value++
    if (stream.tls) upstream.stats['ssl.handshake'].value++
    this.host.counts.cxActive++
    const connection = new UpstreamConnection(this, stream, (events) => make(stream, options, events))
    this.#all.add(connection)
    this.release(connection)
  }

  #connectFailed(failure: StreamFailure, detail: string): void {
    const { upstream } = this
    upstream.connections--
    this.host.counts.cxConnectFail++
    upstream.stats.upstream_cx_connect_fail.value++
    if (failure === 'timeout') upstream.stats.upstream_cx_connect_timeout.value++
    if (failure === 'tls') upstream.stats['ssl.connection_error'].value++
    if (detail.includes('SAN')) upstream.stats['ssl.fail_verify_san'].value++
    upstream.outlier.onLocalFailure(this.host)
    // As in Envoy, one failed connection fails what waits: the retry policy decides what becomes of each.
    this.#failWaiters(failure === 'timeout' ? 'timeout' : 'connect', transportFailureText(failure, detail))
  }

  #failWaiters(failure: PoolFailure, detail: string): void {
    const waiting = this.#waiters.splice(0)
    for (const waiter of waiting) {
      this.#waiterGone()
      waiter.onPoolFailure(failure, detail)
    }
  }

  #waiterGone(): void {
    this.upstream.pending--
    this.upstream.stats.upstream_rq_pending_active.value--
  }
}

function codecOptions(upstream: Upstream): CodecOptions {
  const { http } = upstream.config
  return {
    // Envoy's default for responses, which is more than that for requests.
    maxHeadBytes: 80 * 1024,
    maxHeaders: 100,
    maxConcurrentStreams: http.maxConcurrentStreams,
    initialStreamWindow: http.initialStreamWindow,
    initialConnectionWindow: http.initialConnectionWindow,
    acceptHttp10: true,
    trailers: http.trailers,
  }
}
