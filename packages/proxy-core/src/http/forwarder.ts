/** Forwards one request: cluster, hosts, attempts, retries, timeouts; the work of Envoy's router filter. */
import type { Cancel } from '@istio-ts/foundation'
import type { HeaderFields, RequestHead, ResponseHead } from '../codec/codec.ts'
import { clusterName } from '../router/choose-target.ts'
import type { CompiledRoute, ForwardAction } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { ClientTlsVariant } from '../upstream/tls-contexts.ts'
import { Attempt, type AttemptOwner, type AttemptProblem } from './attempt.ts'
import type { BodyBuffer } from './body-buffer.ts'
import { BodyRelay } from './body-relay.ts'
import { connectTunnel, type TunnelOwner } from './connect-tunnel.ts'
import type { Exchange } from './exchange.ts'
import { HostChoice } from './host-choice.ts'
import { startMirrors } from './mirror.ts'
import { editRequest } from './request-edits.ts'
import { requestPolicy } from './request-policy.ts'
import { RetryState } from './retry-state.ts'
import { tlsVariant, upstreamProtocol } from './upstream-connection.ts'
import { countStatus, noteTls } from './upstream-record.ts'

/** Before the policy is known nothing is tried. */
const UNDECIDED = new RetryState(undefined)

/** The forwarding of one exchange; made when the filters let the request pass. */
export class Forwarder implements AttemptOwner, TunnelOwner {
  readonly exchange: Exchange
  readonly #route: CompiledRoute
  readonly #action: ForwardAction
  readonly #body: BodyRelay
  readonly #hosts: HostChoice
  #upstream: Upstream | undefined
  #attempt: Attempt | undefined
  #tries = UNDECIDED
  #timeoutMs = 0
  #perTryMs = 0
  #overall: Cancel | undefined
  #perTry: Cancel | undefined
  #backoff: Cancel | undefined
  #committed = false
  #done = false
  #variant: ClientTlsVariant | undefined

  constructor(exchange: Exchange, route: CompiledRoute, action: ForwardAction, body: BodyBuffer) {
    this.exchange = exchange
    this.#route = route
    this.#action = action
    this.#body = new BodyRelay(exchange.stream, body)
    this.#hosts = new HostChoice(exchange, action)
  }

  /** Chooses the cluster, finishes the head and makes the first attempt. */
  start(): void {
    const { exchange } = this
    const action = this.#action
    const body = this.#body
    const { head, info, runtime } = exchange
    const choice = exchange.weightedChoice
    const name = clusterName(action, choice, head)
    const upstream = name === '' ? undefined : runtime.upstream(name)
    if (!upstream) {
      exchange.hcm.stats.no_cluster.value++
      info.flags |= Flag.NoCluster
      return exchange.reply(action.clusterNotFoundCode, '', 'cluster_not_found')
    }
    this.#upstream = upstream
    info.upstreamCluster = upstream
    const { timeoutMs, perTryMs, retry } = requestPolicy(action, head)
    this.#timeoutMs = timeoutMs
    this.#perTryMs = perTryMs
    this.#tries = new RetryState(retry)
    editRequest(head, this.#route, action, choice, info)
    if (action.mirrors.length > 0) body.mirrors = startMirrors(exchange, action.mirrors)
    if (body.kept.ended) this.#requestComplete()
    this.#begin()
  }

  onRequestData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (this.#done) return
    const again = this.#tries.policy !== undefined && !this.#committed
    if (!this.#body.data(this.#attempt, again, bytes, from, to, end)) return this.#tooLarge()
    if (end) this.#requestComplete()
  }

  onRequestTrailers(trailers: HeaderFields): void {
    this.#body.trailers(this.#attempt, trailers)
    this.#requestComplete()
  }

  /** The route timeout counts from the end of the request, as in Envoy. */
  #requestComplete(): void {
    if (this.#timeoutMs > 0 && !this.#overall && !this.#done) this.#overall = this.exchange.runtime.clock.after(this.#timeoutMs, () => this.#timedOut())
  }

  /** The client can take more of the response. */
  onDownstreamDrain(): void {
    if (this.#attempt && !this.#attempt.finished) this.#attempt.stream?.resume()
  }

  /** The client is gone or was answered by something else. */
  cancel(): void {
    if (this.#done) return
    this.#stop()
    this.#attempt?.cancel()
  }

  onAttemptReady(attempt: Attempt): void {
    const { exchange } = this
    const { connection } = attempt
    if (!connection) return
    const body = this.#body
    exchange.info.upstreamLocalAddress = connection.localAddress
    noteTls(exchange.info, connection.stream.tls)
    const { head } = exchange
    if (this.#route.virtualHost.includeAttemptCount) head.set('x-envoy-attempt-count', String(this.#tries.attempts))
    attempt.sendHead(head, body.kept.ended && body.isEmpty)
    if (attempt.finished) return
    body.replay(attempt)
    if (!this.#tries.policy) body.kept.drop()
    if (this.#perTryMs > 0) this.#perTry = exchange.runtime.clock.after(this.#perTryMs, () => this.#tryTimedOut(attempt))
  }

  onUpstreamInformational(_attempt: Attempt, head: ResponseHead): void {
    if (head.status !== 100 || this.exchange.hcm.proxy100Continue) this.exchange.stream.sendInformational?.(head)
  }

  onUpstreamHead(attempt: Attempt, head: ResponseHead, end: boolean): void {
    const { exchange } = this
    const { upstream, host } = attempt
    const { status } = head
    countStatus(upstream, host, status)
    upstream.outlier.onResponse(host, status)
    const grpcStatus = head.get('grpc-status')
    if (this.#tries.wantsAfterResponse(status, grpcStatus, head) && this.#takeTry(upstream)) {
      attempt.cancel()
      return this.#tryAgain()
    }
    if (this.#tries.retried && status < 500) upstream.stats.upstream_rq_retry_success.value++
    this.#commit()
    if (grpcStatus !== undefined) exchange.info.grpcStatus = grpcStatus
    // Counted from the end of the request: an answer that came before it took no time that could be told (Envoy leaves it out as well).
    if (exchange.info.requestEndMono > 0) {
      const serviceMs = Math.max(0, Math.round(exchange.runtime.clock.monotonic() - exchange.info.requestEndMono))
      exchange.info.upstreamServiceTimeMs = serviceMs
      head.set('x-envoy-upstream-service-time', String(serviceMs))
    }
    if (this.#route.virtualHost.includeAttemptCountInResponse) head.set('x-envoy-attempt-count', String(this.#tries.attempts))
    if (isSwitch(exchange.head, status)) return this.#becomeTunnel(attempt, head)
    if (end) this.#stop()
    this.#hosts.addCookies(head)
    exchange.respond(head, end, 'via_upstream')
  }

  onUpstreamData(attempt: Attempt, bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (end) this.#stop()
    if (!this.exchange.respondData(bytes, from, to, end) && !end) attempt.stream?.pause()
  }

  onUpstreamTrailers(_attempt: Attempt, trailers: HeaderFields): void {
    this.#stop()
    const status = trailers.get('grpc-status')
    if (status !== undefined) this.exchange.info.grpcStatus = status
    this.exchange.respondTrailers(trailers)
  }

  onUpstreamDrain(): void {
    this.#body.resumeClient()
  }

  onAttemptFailed(attempt: Attempt, problem: AttemptProblem): void {
    const { exchange } = this
    if (problem.detail !== '') exchange.info.upstreamTransportFailure = problem.detail
    attempt.host.counts.rqError++
    if (problem.failure === 'reset') attempt.upstream.outlier.onLocalFailure(attempt.host)
    if (this.#committed) {
      exchange.info.flags |= problem.flag
      this.#stop()
      return exchange.abort(problem.flag, `upstream_reset_after_response_started{${problem.reason}}`)
    }
    if (this.#tries.wantsAfterFailure(problem.failure, attempt.sent) && this.#takeTry(attempt.upstream)) return this.#tryAgain()
    this.#fail(problem)
  }

  #begin(): void {
    const upstream = this.#upstream
    if (!upstream || this.#done) return
    this.#hosts.find(upstream, this.#tries, (host, { status, text, details, flags }) => {
      if (this.#done) return
      if (host) return this.#useHost(upstream, host)
      const { info } = this.exchange
      info.attempts = Math.max(1, this.#tries.attempts)
      info.flags |= flags
      this.#answer(status, text, details)
    })
  }

  #useHost(upstream: Upstream, host: Host): void {
    const { exchange } = this
    exchange.info.upstreamHost = host
    if (this.#action.host?.kind === 'auto' && host.hostname !== '') exchange.head.authority = host.hostname
    this.#tries.noteAttempt(host)
    exchange.info.attempts = this.#tries.attempts
    if (this.#connectTerminates()) return connectTunnel(this, upstream, host)
    const protocol = upstreamProtocol(upstream, exchange.head)
    const variant = (this.#variant = tlsVariant(upstream, exchange.head.authority, protocol, exchange.alpnOverride?.(protocol, upstream), this.#variant))
    const attempt = new Attempt(this, upstream, host, upstream.pool(host, protocol, variant))
    this.#attempt = attempt
    attempt.start()
  }

  #connectTerminates(): boolean {
    const { head } = this.exchange
    return head.method === 'CONNECT' && head.upgrade === undefined && this.#action.upgrades.get('connect')?.terminate === true
  }

  /** A body that is no longer there whole cannot be sent again. */
  #takeTry(upstream: Upstream): boolean {
    return !this.#body.kept.overflowed && this.#tries.take(upstream, this.exchange.info)
  }

  #tryAgain(): void {
    const { runtime } = this.exchange
    this.#perTry?.()
    this.#perTry = undefined
    this.#attempt = undefined
    this.#backoff = runtime.clock.after(this.#tries.pauseMs(runtime.random()), () => this.#begin())
  }

  #timedOut(): void {
    if (this.#done) return
    const { exchange } = this
    const attempt = this.#attempt
    if (this.#upstream) this.#upstream.stats.upstream_rq_timeout.value++
    exchange.info.flags |= Flag.UpstreamRequestTimeout
    if (attempt && !attempt.finished) {
      attempt.host.counts.rqTimeout++
      attempt.upstream.outlier.onResponse(attempt.host, 504)
    }
    const committed = this.#committed
    this.cancel()
    if (committed) exchange.abort(Flag.UpstreamRequestTimeout, 'response_timeout')
    else exchange.reply(504, 'upstream request timeout', 'response_timeout')
  }

  #tryTimedOut(attempt: Attempt): void {
    if (this.#done || this.#committed || attempt.finished) return
    attempt.upstream.stats.upstream_rq_per_try_timeout.value++
    attempt.upstream.outlier.onResponse(attempt.host, 504)
    attempt.cancel()
    if (this.#tries.wantsAfterTimeout() && this.#takeTry(attempt.upstream)) return this.#tryAgain()
    this.exchange.info.flags |= Flag.UpstreamRequestTimeout
    this.#answer(504, 'upstream request timeout', 'upstream_per_try_timeout')
  }

  #fail(problem: AttemptProblem): void {
    const { exchange } = this
    exchange.info.flags |= problem.flag
    const retried = this.#tries.retried ? 'retried and the latest ' : ''
    const detail = `upstream_reset_before_response_started{${problem.reason}${problem.detail === '' ? '' : `|${problem.detail}`}}`
    // The transport's words go to the log, not to the client (as in Envoy).
    this.#answer(problem.status, `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${problem.reason}`, detail, problem.failure === 'overflow' ? [['x-envoy-overloaded', 'true']] : [])
  }

  #answer(status: number, text: string, details: string, fields: readonly (readonly [string, string])[] = []): void {
    this.#stop()
    this.exchange.reply(status, text, details, fields)
  }

  #tooLarge(): void {
    this.cancel()
    this.exchange.reply(507, 'exceeded request buffer limit while retrying upstream', 'request_payload_exceeded_retry_buffer_limit')
  }

  /** From here on the client sees this response. */
  #commit(): void {
    this.#committed = true
    this.#perTry?.()
    this.#perTry = undefined
    this.#body.kept.drop()
  }

  #becomeTunnel(attempt: Attempt, head: ResponseHead): void {
    const { exchange } = this
    const upstreamStream = attempt.stream
    if (!upstreamStream) return
    this.#stop()
    head.status = exchange.head.protocol === 'HTTP/2' ? 200 : exchange.head.upgrade !== undefined ? 101 : head.status
    exchange.respondTunnel(head, () => {
      const bytes = upstreamStream.tunnel()
      attempt.becomeTunnel()
      return bytes
    })
  }

  /** No more timers and retries. */
  #stop(): void {
    if (this.#done) return
    this.#done = true
    this.#overall?.()
    this.#perTry?.()
    this.#backoff?.()
    this.#tries.end(this.#upstream)
  }

  stop(): void {
    this.#commit()
    this.#stop()
  }

  fail(problem: AttemptProblem): void {
    if (!this.#done) this.#fail(problem)
  }
}

/** True if a response turns the exchange into raw bytes; both codecs show an accepted upgrade as 101. */
const isSwitch = (head: RequestHead, status: number): boolean =>
  head.upgrade !== undefined ? status === 101 : head.method === 'CONNECT' && status >= 200 && status < 300
