/** The tries of one request: how many there were, how many are left, on which hosts, and the share of the cluster's retry budget that they hold. */
import type { ResponseHead } from '../codec/codec.ts'
import { grpcCondition, isRetriableFailure, isRetriableResponse, RetryOn, type AttemptFailure } from '../router/retry-on.ts'
import type { CompiledRetry } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { StreamInfo } from '../stream/stream-info.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Envoy treats a try that took too long as a 504: conditions on responses or resets ask for another one. */
const AFTER_TIMEOUT = RetryOn.FiveXx | RetryOn.GatewayError | RetryOn.Reset
const DEADLINE_EXCEEDED = '4'

/** Lives as long as the forwarding. */
export class RetryState {
  readonly policy: CompiledRetry | undefined
  /** Tries so far. */
  attempts = 0
  #left: number
  #holdsBudget = false
  #tried: Host[] | undefined

  constructor(policy: CompiledRetry | undefined) {
    this.policy = policy
    this.#left = policy?.attempts ?? 0
  }

  /** True once there was a second try. */
  get retried(): boolean {
    return this.#holdsBudget
  }

  /** There are hosts that the next try should avoid. */
  get mayHaveTried(): boolean {
    return this.#tried !== undefined && this.policy?.avoidPreviousHosts === true
  }

  noteAttempt(host: Host): void {
    this.attempts++
    if (this.policy) (this.#tried ??= []).push(host)
  }

  /** Chooses again while the choice falls on a host that was tried, as often as the policy allows. */
  avoidTried(first: Host | undefined, chooseAgain: () => Host | undefined): Host | undefined {
    const { policy } = this
    const tried = this.#tried
    let host = first
    if (!tried || !policy) return host
    for (let i = 0; i < policy.hostSelectionAttempts && host && tried.includes(host); i++) host = chooseAgain()
    return host
  }

  wantsAfterResponse(status: number, grpcStatus: string | undefined, head: ResponseHead): boolean {
    const { policy } = this
    if (!policy) return false
    if (isRetriableResponse(policy.on, status, grpcStatus, policy.statusCodes)) return true
    if ((policy.on & RetryOn.EnvoyRateLimited) !== 0 && head.has('x-envoy-ratelimited')) return true
    return (policy.on & RetryOn.RetriableHeaders) !== 0 && policy.retriableHeaders.some((test) => test(head))
  }

  wantsAfterFailure(failure: AttemptFailure, sent: boolean): boolean {
    return this.policy !== undefined && isRetriableFailure(this.policy.on, failure, sent)
  }

  wantsAfterTimeout(): boolean {
    const { policy } = this
    return policy !== undefined && ((policy.on & (AFTER_TIMEOUT | grpcCondition(DEADLINE_EXCEEDED))) !== 0 || isRetriableResponse(policy.on, 504, undefined, policy.statusCodes))
  }

  /** Takes another try, if there is one left and the cluster's budget allows it. */
  take(upstream: Upstream, info: StreamInfo): boolean {
    const { stats } = upstream
    if (this.#left <= 0) {
      stats.upstream_rq_retry_limit_exceeded.value++
      info.flags |= Flag.UpstreamRetryLimitExceeded
      return false
    }
    // The next try takes the place of the last one in the budget.
    if (this.#holdsBudget) upstream.activeRetries--
    const allowed = upstream.mayRetry()
    if (this.#holdsBudget || allowed) upstream.activeRetries++
    if (!allowed) {
      stats.upstream_rq_retry_overflow.value++
      return false
    }
    this.#holdsBudget = true
    this.#left--
    stats.upstream_rq_retry.value++
    return true
  }

  /** Milliseconds to wait before the next try: full jitter over an interval that doubles (envoy: JitteredExponentialBackOffStrategy). */
  pauseMs(random: number): number {
    const { policy } = this
    return policy ? random * Math.min(policy.maxIntervalMs, policy.baseIntervalMs * 2 ** (this.attempts - 1)) : 0
  }

  /** The forwarding is over: gives the share of the budget back. */
  end(upstream: Upstream | undefined): void {
    if (this.#holdsBudget && upstream) upstream.activeRetries--
  }
}
