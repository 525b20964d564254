/** Conditions under which a request is tried again. @see envoy router filter, x-envoy-retry-on and x-envoy-retry-grpc-on */

/** Bits of a retry policy. */
export const RetryOn = {
  FiveXx: 1 << 0,
  GatewayError: 1 << 1,
  Reset: 1 << 2,
  ResetBeforeRequest: 1 << 3,
  ConnectFailure: 1 << 4,
  Retriable4xx: 1 << 5,
  RefusedStream: 1 << 6,
  RetriableStatusCodes: 1 << 7,
  RetriableHeaders: 1 << 8,
  EnvoyRateLimited: 1 << 9,
  GrpcCancelled: 1 << 10,
  GrpcDeadlineExceeded: 1 << 11,
  GrpcInternal: 1 << 12,
  GrpcResourceExhausted: 1 << 13,
  GrpcUnavailable: 1 << 14,
} as const

const BITS: Readonly<Record<string, number>> = {
  '5xx': RetryOn.FiveXx,
  'gateway-error': RetryOn.GatewayError,
  reset: RetryOn.Reset,
  'reset-before-request': RetryOn.ResetBeforeRequest,
  'connect-failure': RetryOn.ConnectFailure,
  'retriable-4xx': RetryOn.Retriable4xx,
  'refused-stream': RetryOn.RefusedStream,
  'retriable-status-codes': RetryOn.RetriableStatusCodes,
  'retriable-headers': RetryOn.RetriableHeaders,
  'envoy-ratelimited': RetryOn.EnvoyRateLimited,
  cancelled: RetryOn.GrpcCancelled,
  'deadline-exceeded': RetryOn.GrpcDeadlineExceeded,
  internal: RetryOn.GrpcInternal,
  'resource-exhausted': RetryOn.GrpcResourceExhausted,
  unavailable: RetryOn.GrpcUnavailable,
}

/** Parses a comma separated list; unknown words are ignored, as in Envoy. */
export function parseRetryOn(text: string): number {
  let bits = 0
  for (const word of text.split(',')) {
    const key = word.trim()
    if (Object.hasOwn(BITS, key)) bits |= BITS[key] ?? 0
  }
  return bits
}

/** The condition that a gRPC status number stands for; 0 for others. */
export function grpcCondition(status: string): number {
  switch (status) {
    case '1': return RetryOn.GrpcCancelled
    case '4': return RetryOn.GrpcDeadlineExceeded
    case '8': return RetryOn.GrpcResourceExhausted
    case '13': return RetryOn.GrpcInternal
    case '14': return RetryOn.GrpcUnavailable
    default: return 0
  }
}

/** True if a response with this status (and gRPC status, when it came with the head) asks for another try. */
export function isRetriableResponse(on: number, status: number, grpcStatus: string | undefined, codes: ReadonlySet<number>): boolean {
  if ((on & RetryOn.FiveXx) !== 0 && status >= 500) return true
  if ((on & RetryOn.GatewayError) !== 0 && status >= 502 && status <= 504) return true
  if ((on & RetryOn.Retriable4xx) !== 0 && status === 409) return true
  if ((on & RetryOn.RetriableStatusCodes) !== 0 && codes.has(status)) return true
  return grpcStatus !== undefined && (on & grpcCondition(grpcStatus)) !== 0
}

/** How an attempt failed without a response. */
export type AttemptFailure = 'connect' | 'refused' | 'reset' | 'overflow' | 'timeout'

/** True if a failure asks for another try; `sent` says whether any of the request had reached the upstream connection. */
export function isRetriableFailure(on: number, failure: AttemptFailure, sent: boolean): boolean {
  // A full circuit breaker would only be filled more (Envoy: no retry on overflow).
  if (failure === 'overflow') return false
  if ((on & (RetryOn.Reset | RetryOn.FiveXx)) !== 0) return true
  if ((on & RetryOn.GatewayError) !== 0 && failure !== 'refused') return true
  if (failure === 'connect') return (on & (RetryOn.ConnectFailure | RetryOn.ResetBeforeRequest)) !== 0
  if (failure === 'refused') return (on & RetryOn.RefusedStream) !== 0
  return failure === 'reset' && !sent && (on & RetryOn.ResetBeforeRequest) !== 0
}
