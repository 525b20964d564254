/** When Envoy retries: the conditions `retryOn` may name. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter */

const CONDITIONS: ReadonlySet<string> = new Set([
  '5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes',
  'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable',
])

/** Status codes that have a registered reason phrase; Istio takes only those. */
const STATUS_RANGES: readonly (readonly [number, number])[] = [
  [100, 103], [200, 208], [226, 226], [300, 305], [307, 308], [400, 418], [421, 426], [428, 429], [431, 431], [451, 451], [500, 508], [510, 511],
]

/** True for a condition of Envoy and for an HTTP status code. */
export function isRetryCondition(text: string): boolean {
  if (CONDITIONS.has(text)) return true
  const status = /^[+]?\d+$/.test(text) ? Number(text) : 0
  return STATUS_RANGES.some(([from, to]) => status >= from && status <= to)
}
