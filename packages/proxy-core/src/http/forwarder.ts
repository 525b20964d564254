/** Forwards one request: cluster, host, attempts, retries, timeouts, mirrors; the work of Envoy's router filter. */
import type { Cancel } from '@istio-ts/foundation'
import type { HeaderFields, RequestHead, ResponseHead } from '../codec/codec.ts'
import { applyHeaderEdits } from '../headers/header-edits.ts'
import { newCookieValue, requestHash, setCookie, type HashPolicy } from '../router/hash-policy.ts'
import { isGrpc } from '../router/match-route.ts'
import { grpcCondition, isRetriableFailure, isRetriableResponse, parseRetryOn, RetryOn } from '../router/retry-on.ts'
import type { CompiledRetry, CompiledRoute, ForwardAction, WeightedChoice } from '../router/route-table.ts'
import { rewritePath } from '../router/rewrite.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Host } from '../upstream/host.ts'
import type { PoolProtocol } from '../upstream/host-pool.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { ClientTlsVariant } from '../upstream/tls-contexts.ts'
import { Attempt, type AttemptOwner, type AttemptProblem } from './attempt.ts'
import { BODY_HIGH_WATER, type BodyBuffer } from './body-buffer.ts'
import { connectTunnel } from './connect-tunnel.ts'
import { dynamicHost } from './dynamic-host.ts'
import type { Exchange } from './exchange.ts'
import { startMirror, type MirrorBody } from './mirror.ts'
import { parseGrpcTimeout } from './grpc-timeout.ts'

/** Requests that leave a variant unsaid share this one, so that pools compare by identity. */
const PLAIN_VARIANT: ClientTlsVariant = Object.freeze({})

/** The forwarding of one exchange; made when the filters let the request pass. */
export class Forwarder implements AttemptOwner {
  readonly exchange: Exchange
  readonly route: CompiledRoute
  readonly action: ForwardAction
  readonly body: BodyBuffer
  upstream: Upstream | undefined
  attempt: Attempt | undefined
  #retry: CompiledRetry | undefined
  #retriesLeft = 0
  #attempts = 0
  #retrying = false
  #tried: Host[] | undefined
  #timeoutMs = 0
  #perTryMs = 0
  #overall: Cancel | undefined
  #perTry: Cancel | undefined
  #backoff: Cancel | undefined
  #clientPaused = false
  #committed = false
  #done = false
  #waiting = false
  #variant: ClientTlsVariant = PLAIN_VARIANT
  #mirrors: MirrorBody[] | undefined

  constructor(exchange: Exchange, route: CompiledRoute, action: ForwardAction, body: BodyBuffer) {
    this.exchange = exchange
    this.route = route
    this.action = action
    this.body = body
  }

  /** Chooses the cluster, finishes the head and makes the first attempt. */
  start(): void {
    const { exchange, action } = this
    const { head, info, runtime } = exchange
    const choice = exchange.weightedChoice
    const name = clusterName(action, choice, head)
    const upstream = name === '' ? undefined : runtime.upstream(name)
    if (!upstream) {
      exchange.hcm.stats.no_cluster.value++
      info.flags |= Flag.NoCluster
      return exchange.reply(action.clusterNotFoundCode, '', 'cluster_not_found')
    }
    this.upstream = upstream
    info.upstreamCluster = upstream
    this.#setTimeouts(head)
    this.#finishHead(head, choice)
    if (upstream.activeRequests >= upstream.config.breakers.maxRequests) {
      upstream.stats.upstream_rq_pending_overflow.value++
      return this.#fail({ failure: 'overflow', reason: 'overflow', detail: '', flag: Flag.UpstreamOverflow, status: 503 })
    }
    for (const mirror of action.mirrors) {
      if (mirror.fraction < 1 && runtime.random() >= mirror.fraction) continue
      const target = runtime.upstream(mirror.cluster)
      const started = target ? startMirror(exchange, target, mirror.appendSuffix) : undefined
      if (started) (this.#mirrors ??= []).push(started)
    }
    if (this.body.ended) this.onRequestComplete()
    this.#begin()
  }

  onRequestData(bytes: Uint8Array, from: number, to: number, end: boolean): void {
    if (this.#done) return
    if (this.#mirrors) for (const mirror of this.#mirrors) mirror.data(bytes, from, to, end)
    const stream = this.attempt?.sent === true && !this.attempt.finished ? this.attempt.stream : undefined
    if (!stream) {
      // Nothing to forward to yet (or between tries): keep it, and hold the client back when it is much.
      if (!this.body.append(bytes, from, to)) return this.#tooLarge()
      if (end) this.body.ended = true
      if (!end && this.body.bytes >= BODY_HIGH_WATER) this.#pauseClient()
      if (end) this.onRequestComplete()
      return
    }
    // Kept for another try as long as one is possible; a large body ends that.
    if (this.#retry && !this.#committed && !this.body.overflowed) this.body.append(bytes, from, to)
    if (end) this.body.ended = true
    if (!stream.sendData(bytes, from, to, end, false) && !end) this.#pauseClient()
    if (end) this.onRequestComplete()
  }

  onRequestTrailers(trailers: HeaderFields): void {
    this.body.trailers = trailers
    this.body.ended = true
    if (this.attempt?.sent === true && !this.attempt.finished) this.attempt.stream?.sendTrailers(trailers)
    this.onRequestComplete()
  }

  /** The route timeout counts from the end of the request, as in Envoy. */
  onRequestComplete(): void {
    if (this.#timeoutMs > 0 && !this.#overall && !this.#done) this.#overall = this.exchange.runtime.clock.after(this.#timeoutMs, () => this.#timedOut())
  }

  /** The client can take more of the response. */
  onDownstreamDrain(): void {
    if (this.attempt && !this.attempt.finished) this.attempt.stream?.resume()
  }

  /** The client is gone or was answered by something else. */
  cancel(): void {
    if (this.#done) return
    this.#stop()
    this.attempt?.cancel()
  }

  onAttemptReady(attempt: Attempt): void {
    const { exchange, body } = this
    const { stream, connection } = attempt
    if (!stream || !connection) return
    exchange.info.upstreamLocalAddress = connection.localAddress
    noteTls(exchange, connection.stream.tls)
    const { head } = exchange
    if (this.route.virtualHost.includeAttemptCount) head.set('x-envoy-attempt-count', String(this.#attempts))
    const empty = body.bytes === 0 && !body.trailers
    attempt.sendHead(head, body.ended && empty)
    if (attempt.finished) return
    let open = true
    if (!empty || !body.ended) open = this.#replayBody(attempt)
    if (open) this.#resumeClient()
    if (!this.#retry) body.drop()
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
    if (this.#retry && this.#wantsRetry(status, grpcStatus, head) && this.#mayTryAgain()) {
      attempt.cancel()
      return this.#tryAgain()
    }
    if (this.#retrying && status < 500) upstream.stats.upstream_rq_retry_success.value++
    this.#commit()
    if (grpcStatus !== undefined) exchange.info.grpcStatus = grpcStatus
    const now = exchange.runtime.clock.monotonic()
    // Counted from the end of the request: an answer that came before it took no time that could be told (Envoy leaves it out as well).
    if (exchange.info.requestEndMono > 0) {
      const serviceMs = Math.max(0, Math.round(now - exchange.info.requestEndMono))
      exchange.info.upstreamServiceTimeMs = serviceMs
      head.set('x-envoy-upstream-service-time', String(serviceMs))
    }
    if (this.route.virtualHost.includeAttemptCountInResponse) head.set('x-envoy-attempt-count', String(this.#attempts))
    if (isSwitch(exchange.head, status)) return this.#becomeTunnel(attempt, head)
    if (end) this.#stop()
    if (this.#cookies) for (const [policy, value] of this.#cookies) head.append('set-cookie', setCookie(policy, value))
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
    this.#resumeClient()
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
    if (this.#retry && isRetriableFailure(this.#retry.on, problem.failure, attempt.sent) && this.#mayTryAgain()) return this.#tryAgain()
    this.#fail(problem)
  }

  #begin(): void {
    const upstream = this.upstream
    if (!upstream || this.#done) return
    if (!upstream.resolved) {
      this.#waiting = true
      return upstream.whenResolved(() => this.#begin())
    }
    this.#waiting = false
    const { kind } = upstream.config
    if (kind === 'DYNAMIC_FORWARD_PROXY' || kind === 'ORIGINAL_DST') {
      return dynamicHost(upstream, this.exchange, (host, why) => {
        if (this.#done) return
        if (host) return this.#useHost(upstream, host)
        if (why === 'dns') {
          this.exchange.info.flags |= Flag.DnsResolutionFailed
          return this.#answer(503, 'DNS resolution failure', 'dns_resolution_failure')
        }
        this.#noHost(why === 'self' ? 502 : 503)
      })
    }
    const host = this.#chooseHost(upstream)
    if (host) return this.#useHost(upstream, host)
    if (upstream.dnsFailed) this.exchange.info.flags |= Flag.DnsResolutionFailed
    this.#noHost(503)
  }

  #chooseHost(upstream: Upstream): Host | undefined {
    const { exchange, action } = this
    const hash = action.hashPolicies.length === 0 ? undefined : requestHash(action.hashPolicies, exchange.head, exchange.info.remoteIp, (policy) => this.#cookieFor(policy))
    let host = upstream.choose(hash)
    const tried = this.#tried
    if (tried && this.#retry?.avoidPreviousHosts === true) {
      // A hash would only give the same host again.
      for (let i = 0; i < this.#retry.hostSelectionAttempts && host && tried.includes(host); i++) host = upstream.choose(undefined)
    }
    return host
  }

  #cookies: Map<HashPolicy, string> | undefined

  /** The cookie that the client gets with the answer; the same for all tries of a request. */
  #cookieFor(policy: HashPolicy): string {
    const made = this.#cookies?.get(policy) ?? newCookieValue(this.exchange.runtime.random)
    this.#cookies = (this.#cookies ?? new Map<HashPolicy, string>()).set(policy, made)
    return made
  }

  #noHost(status: number): void {
    this.exchange.info.attempts = Math.max(1, this.#attempts)
    this.exchange.info.flags |= Flag.NoHealthyUpstream
    this.#answer(status, 'no healthy upstream', 'no_healthy_upstream')
  }

  #useHost(upstream: Upstream, host: Host): void {
    const { exchange, action } = this
    exchange.info.upstreamHost = host
    if (action.host?.kind === 'auto' && host.hostname !== '') exchange.head.authority = host.hostname
    this.#attempts++
    exchange.info.attempts = this.#attempts
    if (this.#retry) (this.#tried ??= []).push(host)
    if (this.#connectTerminates()) return connectTunnel(this, upstream, host)
    const protocol = upstreamProtocol(upstream, exchange.head)
    this.#variant = tlsVariant(upstream, exchange, protocol, this.#variant)
    const attempt = new Attempt(this, upstream, host, upstream.pool(host, protocol, this.#variant))
    this.attempt = attempt
    attempt.start()
  }

  #connectTerminates(): boolean {
    const { head } = this.exchange
    return head.method === 'CONNECT' && head.upgrade === undefined && this.action.upgrades.get('connect')?.terminate === true
  }

  #replayBody(attempt: Attempt): boolean {
    const { body } = this
    const { stream } = attempt
    if (!stream) return true
    let open = true
    for (const [i, chunk] of body.chunks.entries()) {
      const last = i === body.chunks.length - 1 && body.ended && !body.trailers
      open = stream.sendData(chunk, 0, chunk.length, last, true)
      if (attempt.finished) return true
    }
    if (body.trailers) stream.sendTrailers(body.trailers)
    return open
  }

  #setTimeouts(head: RequestHead): void {
    const { action, exchange } = this
    this.#timeoutMs = action.timeoutMs
    if (action.maxGrpcTimeoutMs !== undefined && isGrpc(head)) {
      const asked = parseGrpcTimeout(head.get('grpc-timeout'))
      if (asked !== undefined) this.#timeoutMs = action.maxGrpcTimeoutMs > 0 ? Math.min(asked, action.maxGrpcTimeoutMs) : asked
    }
    this.#retry = action.retry
    if (head.upgrade !== undefined || head.method === 'CONNECT') this.#retry = undefined
    this.#readEnvoyHeaders(head)
    this.#retriesLeft = this.#retry?.attempts ?? 0
    if (this.#retriesLeft === 0) this.#retry = undefined
    if (this.#retry && this.#retry.retriableRequestHeaders.length > 0 && !this.#retry.retriableRequestHeaders.some((test) => test(head))) this.#retry = undefined
    if (this.#perTryMs === 0) this.#perTryMs = this.#retry?.perTryTimeoutMs ?? action.retry?.perTryTimeoutMs ?? 0
    // A per-try timeout beyond the whole is none (Envoy).
    if (this.#timeoutMs > 0 && this.#perTryMs >= this.#timeoutMs) this.#perTryMs = 0
    const expected = this.#perTryMs > 0 ? this.#perTryMs : this.#timeoutMs
    if (expected > 0) head.set('x-envoy-expected-rq-timeout-ms', String(Math.round(expected)))
    if (head.upgrade !== undefined || (head.method === 'CONNECT' && exchange.head.upgrade === undefined)) this.#timeoutMs = 0
  }

  /** `x-envoy-*` request headers that steer the router; they were removed before if the client may not. */
  #readEnvoyHeaders(head: RequestHead): void {
    const timeout = takeNumber(head, 'x-envoy-upstream-rq-timeout-ms')
    if (timeout !== undefined) this.#timeoutMs = timeout
    const perTry = takeNumber(head, 'x-envoy-upstream-rq-per-try-timeout-ms')
    if (perTry !== undefined) this.#perTryMs = perTry
    const on = take(head, 'x-envoy-retry-on')
    const grpcOn = take(head, 'x-envoy-retry-grpc-on')
    const most = takeNumber(head, 'x-envoy-max-retries')
    if (on === undefined && grpcOn === undefined && most === undefined) return
    const base = this.#retry ?? DEFAULT_RETRY
    this.#retry = { ...base, on: base.on | parseRetryOn(on ?? '') | parseRetryOn(grpcOn ?? ''), attempts: most ?? base.attempts }
  }

  /** Edits and rewrites of the route, innermost level first (or last, where the table says so). */
  #finishHead(head: RequestHead, choice: WeightedChoice | undefined): void {
    const { route, action, exchange } = this
    const { info } = exchange
    const levels = [choice?.requestEdits, route.requestEdits, route.virtualHost.requestEdits, route.table.requestEdits]
    if (route.table.mostSpecificEditsWin) levels.reverse()
    for (const edits of levels) if (edits) applyHeaderEdits(edits, head, info)
    const host = choice?.hostRewrite ?? (action.host?.kind === 'literal' ? action.host.host : action.host?.kind === 'header' ? head.get(action.host.header) : undefined)
    const rewritten = host ?? (action.host?.kind === 'path' ? action.host.regex.replaceAll(head.path.split('?')[0] ?? '', action.host.substitution) : undefined)
    if (rewritten !== undefined && rewritten !== '') {
      if (action.appendXForwardedHost) head.append('x-forwarded-host', head.authority)
      if (rewritten !== head.authority) head.set('x-envoy-original-host', head.authority)
      head.authority = rewritten
    }
    if (action.rewrite) {
      const before = head.path
      const after = rewritePath(before, route.match, action.rewrite)
      if (after !== before) {
        info.originalPath = before
        head.set('x-envoy-original-path', before)
        head.path = after
      }
    }
  }

  #wantsRetry(status: number, grpcStatus: string | undefined, head: ResponseHead): boolean {
    const retry = this.#retry
    if (!retry) return false
    if (isRetriableResponse(retry.on, status, grpcStatus, retry.statusCodes)) return true
    if ((retry.on & RetryOn.EnvoyRateLimited) !== 0 && head.has('x-envoy-ratelimited')) return true
    return (retry.on & RetryOn.RetriableHeaders) !== 0 && retry.retriableHeaders.some((test) => test(head))
  }

  #mayTryAgain(): boolean {
    const { upstream } = this
    if (!upstream || this.body.overflowed) return false
    if (this.#retriesLeft <= 0) {
      upstream.stats.upstream_rq_retry_limit_exceeded.value++
      this.exchange.info.flags |= Flag.UpstreamRetryLimitExceeded
      return false
    }
    const held = this.#retrying
    if (held) upstream.activeRetries--
    const allowed = upstream.mayRetry()
    if (held) upstream.activeRetries++
    if (!allowed) upstream.stats.upstream_rq_retry_overflow.value++
    return allowed
  }

  #tryAgain(): void {
    const { upstream, exchange } = this
    if (!upstream || !this.#retry) return
    this.#perTry?.()
    this.#perTry = undefined
    if (!this.#retrying) upstream.activeRetries++
    this.#retrying = true
    this.#retriesLeft--
    upstream.stats.upstream_rq_retry.value++
    this.attempt = undefined
    // Full jitter over an interval that doubles (envoy: JitteredExponentialBackOffStrategy).
    const ceiling = Math.min(this.#retry.maxIntervalMs, this.#retry.baseIntervalMs * 2 ** (this.#attempts - 1))
    this.#backoff = exchange.runtime.clock.after(exchange.runtime.random() * ceiling, () => this.#begin())
  }

  #timedOut(): void {
    if (this.#done) return
    const { exchange, attempt } = this
    if (this.upstream) this.upstream.stats.upstream_rq_timeout.value++
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
    const retry = this.#retry
    // Envoy treats it as a 504: only conditions on responses or resets ask for another try.
    if (retry && ((retry.on & (RetryOn.FiveXx | RetryOn.GatewayError | RetryOn.Reset)) !== 0 || isRetriableResponse(retry.on, 504, undefined, retry.statusCodes) || (retry.on & grpcCondition('4')) !== 0) && this.#mayTryAgain()) return this.#tryAgain()
    this.exchange.info.flags |= Flag.UpstreamRequestTimeout
    this.#answer(504, 'upstream request timeout', 'upstream_per_try_timeout')
  }

  #fail(problem: AttemptProblem): void {
    const { exchange } = this
    exchange.info.flags |= problem.flag
    const retried = this.#retrying ? 'retried and the latest ' : ''
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
    this.body.drop()
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

  #pauseClient(): void {
    if (this.#clientPaused) return
    this.#clientPaused = true
    this.exchange.stream.pause()
  }

  #resumeClient(): void {
    if (!this.#clientPaused) return
    this.#clientPaused = false
    this.exchange.stream.resume()
  }

  /** No more timers and retries. */
  #stop(): void {
    if (this.#done) return
    this.#done = true
    this.#overall?.()
    this.#perTry?.()
    this.#backoff?.()
    if (this.#retrying && this.upstream) this.upstream.activeRetries--
    if (this.#waiting) this.#waiting = false
  }

  /** For tunnels: the exchange has ended as far as HTTP is concerned. */
  stop(): void {
    this.#commit()
    this.#stop()
  }

  /** For tunnels: the connection could not be made. */
  fail(problem: AttemptProblem): void {
    if (!this.#done) this.#fail(problem)
  }
}

/** What `x-envoy-retry-on` starts from on a route without a policy. */
const DEFAULT_RETRY: CompiledRetry = {
  on: 0, attempts: 1, perTryTimeoutMs: 0, perTryIdleTimeoutMs: 0, statusCodes: new Set(), retriableHeaders: [], retriableRequestHeaders: [],
  baseIntervalMs: 25, maxIntervalMs: 250, avoidPreviousHosts: false, hostSelectionAttempts: 1,
}

function clusterName(action: ForwardAction, choice: WeightedChoice | undefined, head: RequestHead): string {
  switch (action.target.kind) {
    case 'cluster': return action.target.name
    case 'weighted': return choice?.name ?? ''
    case 'header': return head.get(action.target.header) ?? ''
  }
}

function upstreamProtocol(upstream: Upstream, head: RequestHead): PoolProtocol {
  const { protocol } = upstream.config.http
  if (protocol !== 'downstream') return protocol
  return head.protocol === 'HTTP/2' ? 'http2' : 'http1'
}

/** ALPN, SNI and required name of this request's connections; the previous variant is kept when it is the same. */
function tlsVariant(upstream: Upstream, exchange: Exchange, protocol: PoolProtocol, previous: ClientTlsVariant): ClientTlsVariant {
  const { http } = upstream.config
  const override = exchange.alpnOverride?.(protocol, upstream)
  if (!override && !http.autoSni && !http.autoSanValidation) return protocol === 'http2' ? H2_VARIANT : PLAIN_VARIANT
  const host = exchange.head.authority.replace(/:\d+$/, '')
  const made: ClientTlsVariant = { ...(override ? { alpn: override } : protocol === 'http2' ? H2_VARIANT : {}), ...(http.autoSni ? { sni: host } : {}), ...(http.autoSanValidation ? { requiredDnsName: host } : {}) }
  return previous.alpn === made.alpn && previous.sni === made.sni && previous.requiredDnsName === made.requiredDnsName ? previous : made
}

const H2_VARIANT: ClientTlsVariant = Object.freeze({ alpnFallback: Object.freeze(['h2']) })

/** True if a response turns the exchange into raw bytes; both codecs show an accepted upgrade as 101. */
const isSwitch = (head: RequestHead, status: number): boolean =>
  head.upgrade !== undefined ? status === 101 : head.method === 'CONNECT' && status >= 200 && status < 300

function countStatus(upstream: Upstream, host: Host, status: number): void {
  const { stats } = upstream
  if (status < 200) stats.upstream_rq_1xx.value++
  else if (status < 300) stats.upstream_rq_2xx.value++
  else if (status < 400) stats.upstream_rq_3xx.value++
  else if (status < 500) stats.upstream_rq_4xx.value++
  else stats.upstream_rq_5xx.value++
  if (status >= 500) host.counts.rqError++
  else host.counts.rqSuccess++
}

function noteTls(exchange: Exchange, tls: { readonly peerUris: readonly string[]; readonly localUris: readonly string[] } | undefined): void {
  exchange.info.upstreamTls = tls !== undefined
  exchange.info.upstreamPrincipal = tls?.peerUris[0] ?? ''
  exchange.info.upstreamLocalPrincipal = tls?.localUris[0] ?? ''
}

function take(head: RequestHead, name: string): string | undefined {
  const value = head.get(name)
  if (value !== undefined) head.remove(name)
  return value
}

function takeNumber(head: RequestHead, name: string): number | undefined {
  const value = take(head, name)
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}
