/** What a route and the request's own headers say about time and tries. @see envoy FilterUtility::finalTimeout, RetryStateImpl::create */
import type { RequestHead } from '../codec/codec.ts'
import { isGrpc } from '../router/match-route.ts'
import { parseRetryOn } from '../router/retry-on.ts'
import type { CompiledRetry, ForwardAction } from '../router/route-table.ts'
import { parseGrpcTimeout } from './grpc-timeout.ts'

/** Decided once, before the first try; milliseconds, 0 = none. */
export interface RequestPolicy {
  /** For the whole, counted from the end of the request. */
  readonly timeoutMs: number
  readonly perTryMs: number
  /** Undefined = one try. */
  readonly retry: CompiledRetry | undefined
}

/** Decides, takes the `x-envoy-*` fields that steer it off the head, and tells the upstream how long it has. Fields of clients that may not steer were removed before. */
export function requestPolicy(action: ForwardAction, head: RequestHead): RequestPolicy {
  // A tunnel has no end that could be waited for, and cannot be begun twice.
  const tunnel = head.upgrade !== undefined || head.method === 'CONNECT'
  const timeoutMs = takeNumber(head, 'x-envoy-upstream-rq-timeout-ms') ?? routeTimeout(action, head)
  const asked = takeNumber(head, 'x-envoy-upstream-rq-per-try-timeout-ms') ?? 0
  const wanted = withHeaders(tunnel ? undefined : action.retry, head)
  const retry = wanted && wanted.attempts > 0 && isRetriableRequest(wanted, head) ? wanted : undefined
  const perTry = asked > 0 ? asked : (retry?.perTryTimeoutMs ?? action.retry?.perTryTimeoutMs ?? 0)
  // A per-try timeout beyond the whole is none (Envoy).
  const perTryMs = timeoutMs > 0 && perTry >= timeoutMs ? 0 : perTry
  const expected = perTryMs > 0 ? perTryMs : timeoutMs
  if (expected > 0) head.set('x-envoy-expected-rq-timeout-ms', String(Math.round(expected)))
  return { timeoutMs: tunnel ? 0 : timeoutMs, perTryMs, retry }
}

function routeTimeout(action: ForwardAction, head: RequestHead): number {
  const most = action.maxGrpcTimeoutMs
  if (most === undefined || !isGrpc(head)) return action.timeoutMs
  const asked = parseGrpcTimeout(head.get('grpc-timeout'))
  return asked === undefined ? action.timeoutMs : most > 0 ? Math.min(asked, most) : asked
}

function withHeaders(retry: CompiledRetry | undefined, head: RequestHead): CompiledRetry | undefined {
  const on = take(head, 'x-envoy-retry-on')
  const grpcOn = take(head, 'x-envoy-retry-grpc-on')
  const most = takeNumber(head, 'x-envoy-max-retries')
  if (on === undefined && grpcOn === undefined && most === undefined) return retry
  const base = retry ?? DEFAULT_RETRY
  return { ...base, on: base.on | parseRetryOn(on ?? '') | parseRetryOn(grpcOn ?? ''), attempts: most ?? base.attempts }
}

const isRetriableRequest = ({ retriableRequestHeaders: tests }: CompiledRetry, head: RequestHead): boolean => tests.length === 0 || tests.some((test) => test(head))

/** What `x-envoy-retry-on` starts from on a route without a policy. */
const DEFAULT_RETRY: CompiledRetry = {
  on: 0, attempts: 1, perTryTimeoutMs: 0, perTryIdleTimeoutMs: 0, statusCodes: new Set(), retriableHeaders: [], retriableRequestHeaders: [],
  baseIntervalMs: 25, maxIntervalMs: 250, avoidPreviousHosts: false, hostSelectionAttempts: 1,
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
