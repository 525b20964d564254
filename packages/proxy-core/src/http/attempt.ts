/** One try of a request on one host: waits for a connection, sends, and reports what comes back to its owner. */
import type { HeaderFields, MessageEvents, MessageStream, RequestHead, ResetReason, ResponseHead } from '../codec/codec.ts'
import type { AttemptFailure } from '../router/retry-on.ts'
import type { Host } from '../upstream/host.ts'
import type { HostPool, PoolFailure, PoolWaiter, UpstreamConnection } from '../upstream/host-pool.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { Flag } from '../stream/response-flags.ts'

/** What became of an attempt that gave no (whole) response. */
export interface AttemptProblem {
  readonly failure: AttemptFailure
  /** Envoy's words for the reset reason. */
  readonly reason: string
  /** Transport detail; '' when there is none. */
  readonly detail: string
  readonly flag: number
  /** Status of the answer if no other try is made. */
  readonly status: number
}

/** Who made the attempt. */
export interface AttemptOwner {
  /** The connection is there: send the head and what there is of the body. */
  onAttemptReady(attempt: Attempt): void
  onUpstreamInformational(attempt: Attempt, head: ResponseHead): void
  onUpstreamHead(attempt: Attempt, head: ResponseHead, end: boolean): void
  onUpstreamData(attempt: Attempt, bytes: Uint8Array, from: number, to: number, end: boolean): void
  onUpstreamTrailers(attempt: Attempt, trailers: HeaderFields): void
  onUpstreamDrain(attempt: Attempt): void
  onAttemptFailed(attempt: Attempt, problem: AttemptProblem): void
}

/** One attempt; counts itself in the cluster and host while it lives. */
export class Attempt implements PoolWaiter, MessageEvents<ResponseHead> {
  readonly owner: AttemptOwner
  readonly upstream: Upstream
  readonly host: Host
  readonly pool: HostPool
  connection: UpstreamConnection | undefined
  stream: MessageStream<RequestHead> | undefined
  /** True once the head went to the connection. */
  sent = false
  headReceived = false
  finished = false

  constructor(owner: AttemptOwner, upstream: Upstream, host: Host, pool: HostPool) {
    this.owner = owner
    this.upstream = upstream
    this.host = host
    this.pool = pool
  }

  start(): void {
    const { upstream, host } = this
    host.active++
    host.counts.rqTotal++
    upstream.stats.upstream_rq_total.value++
    upstream.stats.upstream_rq_active.value++
    this.pool.acquire(this)
  }

  /** Sends the head; later calls go to the stream. */
  sendHead(head: RequestHead, end: boolean): void {
    this.sent = true
    this.stream?.sendHead(head, end)
  }

  /** Gives up without telling the owner. */
  cancel(): void {
    if (this.finished) return
    this.finish()
    if (this.stream) this.stream.reset('cancel')
    else this.pool.cancel(this)
    this.upstream.stats.upstream_rq_cancelled.value++
  }

  /** The exchange became a tunnel; the connection is no longer the pool's. */
  becomeTunnel(): void {
    this.finish()
    this.connection?.onClose()
  }

  onConnection(connection: UpstreamConnection): void {
    this.connection = connection
    this.upstream.activeRequests++
    connection.requests++
    connection.idleSince = 0
    this.stream = connection.client.newStream(this)
    if (!this.finished) this.owner.onAttemptReady(this)
  }

  onPoolFailure(failure: PoolFailure, detail: string): void {
    if (this.finished) return
    this.finish()
    this.owner.onAttemptFailed(this, poolProblem(failure, detail))
  }

  onHead(head: ResponseHead, end: boolean): void {
    if (this.finished) return
    this.headReceived = true
    if (end) this.finish()
    this.owner.onUpstreamHead(this, head, end)
  }

  onInformational(head: ResponseHead): void {
    if (!this.finished) this.owner.onUpstreamInformational(this, head)
  }

  onData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (this.finished) return
    if (end) this.finish()
    this.owner.onUpstreamData(this, bytes, from, to, end)
  }

  onTrailers(trailers: HeaderFields): void {
    if (this.finished) return
    this.finish()
    this.owner.onUpstreamTrailers(this, trailers)
  }

  onReset(reason: ResetReason, detail: string): void {
    if (this.finished) return
    this.finish()
    this.upstream.stats.upstream_rq_rx_reset.value++
    this.owner.onAttemptFailed(this, resetProblem(reason, detail))
  }

  onDrain(): void {
    if (!this.finished) this.owner.onUpstreamDrain(this)
  }

  private finish(): void {
    this.finished = true
    // One that waits for a connection counts as pending, not as active (as in Envoy).
    if (this.connection) this.upstream.activeRequests--
    this.host.active--
    this.upstream.stats.upstream_rq_active.value--
    this.upstream.stats.upstream_rq_completed.value++
  }
}

function poolProblem(failure: PoolFailure, detail: string): AttemptProblem {
  switch (failure) {
    case 'overflow': return { failure: 'overflow', reason: 'overflow', detail, flag: Flag.UpstreamOverflow, status: 503 }
    case 'timeout': return { failure: 'connect', reason: 'connection timeout', detail, flag: Flag.UpstreamConnectionFailure, status: 503 }
    case 'connect': return { failure: 'connect', reason: 'remote connection failure', detail, flag: Flag.UpstreamConnectionFailure, status: 503 }
  }
}

function resetProblem(reason: ResetReason, detail: string): AttemptProblem {
  switch (reason) {
    case 'refused': return { failure: 'refused', reason: 'remote refused stream reset', detail: '', flag: Flag.UpstreamRemoteReset, status: 503 }
    case 'connection': return { failure: 'reset', reason: 'connection termination', detail: '', flag: Flag.UpstreamConnectionTermination, status: 503 }
    // What exactly was wrong stays with us: it is not for the client.
    case 'protocol': return { failure: 'reset', reason: 'protocol error', detail: '', flag: Flag.UpstreamProtocolError, status: 502 }
    case 'overflow': return { failure: 'overflow', reason: 'overflow', detail: '', flag: Flag.UpstreamOverflow, status: 503 }
    case 'internal': return { failure: 'reset', reason: 'local reset', detail, flag: Flag.LocalReset, status: 503 }
    case 'cancel':
    case 'timeout':
    case 'enhance-your-calm': return { failure: 'reset', reason: 'remote reset', detail: '', flag: Flag.UpstreamRemoteReset, status: 503 }
  }
}
