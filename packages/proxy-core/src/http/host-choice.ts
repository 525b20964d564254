/** Finds the host of each try: by the balancer, by the original destination, or by the name that the request says. */
import type { ResponseHead } from '../codec/codec.ts'
import { newCookieValue, requestHash, setCookie, type HashPolicy } from '../router/hash-policy.ts'
import type { ForwardAction } from '../router/route-table.ts'
import { Flag } from '../stream/response-flags.ts'
import type { Host } from '../upstream/host.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { dynamicHost, type NoHost } from './dynamic-host.ts'
import type { Exchange } from './exchange.ts'
import type { RetryState } from './retry-state.ts'

/** The answer when there is no host. */
export interface HostProblem {
  readonly status: number
  readonly text: string
  readonly details: string
  readonly flags: number
}

const unhealthy = (status: number, flags = 0): HostProblem => ({ status, text: 'no healthy upstream', details: 'no_healthy_upstream', flags: Flag.NoHealthyUpstream | flags })

const DYNAMIC: Readonly<Record<NoHost, HostProblem>> = {
  dns: { status: 503, text: 'DNS resolution failure', details: 'dns_resolution_failure', flags: Flag.DnsResolutionFailed },
  self: unhealthy(502),
  none: unhealthy(503),
}

/** One per forwarding: all tries of a request share the cookies that the client will get. */
export class HostChoice {
  readonly #exchange: Exchange
  readonly #action: ForwardAction
  #cookies: Map<HashPolicy, string> | undefined

  constructor(exchange: Exchange, action: ForwardAction) {
    this.#exchange = exchange
    this.#action = action
  }

  /** Calls back with a host or a problem: at once, or when the cluster (or the name) has been resolved. */
  find(upstream: Upstream, tries: RetryState, done: (host: Host | undefined, problem: HostProblem) => void): void {
    if (!upstream.resolved) return upstream.whenResolved(() => this.find(upstream, tries, done))
    const { kind } = upstream.config
    if (kind === 'DYNAMIC_FORWARD_PROXY' || kind === 'ORIGINAL_DST') return dynamicHost(upstream, this.#exchange, (host, why) => done(host, DYNAMIC[why]))
    const first = upstream.choose(this.#hash())
    // A hash would only give the same host again.
    const host = tries.mayHaveTried ? tries.avoidTried(first, () => upstream.choose(undefined)) : first
    done(host, host ? DYNAMIC.none : unhealthy(503, upstream.dnsFailed ? Flag.DnsResolutionFailed : 0))
  }

  /** Gives the client the cookies by which it will be recognised. */
  addCookies(head: ResponseHead): void {
    if (this.#cookies) for (const [policy, value] of this.#cookies) head.append('set-cookie', setCookie(policy, value))
  }

  #hash(): number | undefined {
    const { hashPolicies } = this.#action
    const { head, info } = this.#exchange
    return hashPolicies.length === 0 ? undefined : requestHash(hashPolicies, head, info.remoteIp, (policy) => this.#cookieFor(policy))
  }

  #cookieFor(policy: HashPolicy): string {
    const made = this.#cookies?.get(policy) ?? newCookieValue(this.#exchange.runtime.random)
    this.#cookies = (this.#cookies ?? new Map<HashPolicy, string>()).set(policy, made)
    return made
  }
}
