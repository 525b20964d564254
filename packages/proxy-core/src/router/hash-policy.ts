/** What of a request decides the endpoint of a hashing balancer. @see envoy RouteAction.HashPolicy */
import type { RequestHead } from '../codec/codec.ts'
import { queryParameter } from '../match/header-matcher.ts'
import { hashText } from '../upstream/balancers/hash.ts'

/** One policy; with `terminal`, the policies behind it are left out once it gave a hash. */
export interface HashPolicy {
  readonly kind: 'header' | 'cookie' | 'source-ip' | 'query' | 'filter-state'
  readonly key: string
  readonly terminal: boolean
  /** Cookies: life of a generated cookie in seconds; undefined = never generate. */
  readonly cookieTtlSeconds?: number
  readonly cookiePath?: string
  /** Further attributes of a generated cookie, as they are written. */
  readonly cookieAttributes?: readonly string[]
}

/**
 * The combined hash; undefined when no policy found anything (the balancer then chooses at random). `newCookie` is asked for the value of a
 * cookie that the client does not have yet, where the policy says how long it lives.
 */
export function requestHash(policies: readonly HashPolicy[], head: RequestHead, remoteIp: string, newCookie?: (policy: HashPolicy) => string): number | undefined {
  let hash: number | undefined
  for (const policy of policies) {
    const value = policyValue(policy, head, remoteIp) ?? (policy.kind === 'cookie' && policy.cookieTtlSeconds !== undefined ? newCookie?.(policy) : undefined)
    if (value === undefined) continue
    const part = hashText(value)
    // Rotating before mixing keeps the order of policies significant (Envoy: rotate left by one, xor).
    hash = hash === undefined ? part : (((hash << 1) | (hash >>> 31)) ^ part) >>> 0
    if (policy.terminal) break
  }
  return hash
}

function policyValue(policy: HashPolicy, head: RequestHead, remoteIp: string): string | undefined {
  switch (policy.kind) {
    case 'header': return head.get(policy.key)
    case 'cookie': return cookie(head.get('cookie'), policy.key)
    case 'source-ip': return remoteIp
    case 'query': {
      const question = head.path.indexOf('?')
      return question < 0 ? undefined : queryParameter(head.path.slice(question + 1), policy.key)
    }
    case 'filter-state': return undefined
  }
}

/** A value that tells clients apart; `random` gives numbers in [0, 1). */
export const newCookieValue = (random: () => number): string => [random(), random()].map((one) => Math.floor(one * 2 ** 32).toString(16).padStart(8, '0')).join('')

/** The field that gives a client its cookie; a life of 0 s is that of the client's session. @see envoy RouteAction.HashPolicy.Cookie */
export const setCookie = ({ key, cookieTtlSeconds = 0, cookiePath = '', cookieAttributes = [] }: HashPolicy, value: string): string =>
  [`${key}="${value}"`, ...(cookieTtlSeconds > 0 ? [`Max-Age=${Math.floor(cookieTtlSeconds)}`] : []), ...(cookiePath === '' ? [] : [`Path=${cookiePath}`]), ...cookieAttributes, 'HttpOnly'].join('; ')

/** The value of a cookie, quotes removed; undefined when absent. */
export function cookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim().replace(/^"(.*)"$/, '$1')
  }
  return undefined
}
