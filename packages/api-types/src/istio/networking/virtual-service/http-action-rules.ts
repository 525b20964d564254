/** Istio's rules for what an HTTP route does with a request. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import { checkPort } from '../../../validation/addresses.ts'
import { checkDestination } from '../../../validation/destinations.ts'
import { checkDuration } from '../../../validation/durations.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkCorsHeaderName, isAuthorityHeader } from '../../../validation/headers.ts'
import { checkFractionalPercent, checkHttpStatus } from '../../../validation/numbers.ts'
import { checkRegex } from '../../../validation/regex.ts'
import { checkStringMatchRegex } from '../../../validation/string-match.ts'
import { isRetryCondition } from './retry-conditions.ts'
import type * as vs from './types.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'])
/** @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const GRPC_STATUS: ReadonlySet<string> = new Set([
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
])
const KB = 1024
const MB = 1024 * KB

/** Checks a CORS policy. */
export function checkCorsPolicy(policy: vs.CorsPolicy | undefined, at: Findings): void {
  if (!policy) return
  at.each('allowOrigins', policy.allowOrigins, (origin, place) => {
    if (!(origin.exact || origin.prefix || origin.regex)) place.add(found.missing("'' is not a valid match type for CORS allow origins", 'Give exact, prefix or regex.'))
    else checkStringMatchRegex(origin, 'corsPolicy.allowOrigins', place)
  })
  at.each('allowMethods', policy.allowMethods, (method, place) => {
    if (!METHODS.has(method)) place.add(found.unsupported(`${JSON.stringify(method)} is not a supported HTTP method`))
  })
  at.each('allowHeaders', policy.allowHeaders, checkCorsHeaderName)
  at.each('exposeHeaders', policy.exposeHeaders, checkCorsHeaderName)
  if (policy.maxAge !== undefined && checkDuration(policy.maxAge, at.at('maxAge')) && !/^(?:\d+(?:\.0*)?(?:s|m|h)|(?:\d+000|0+)ms)+$/.test(policy.maxAge)) {
    at.at('maxAge').add(found.invalidDuration('max_age duration is accurate only to seconds precision'))
  }
}

/** Checks faults put in on purpose. */
export function checkFault(fault: vs.HttpFaultInjection | undefined, at: Findings): void {
  if (!fault) return
  if (!fault.abort && !fault.delay) at.add(found.missing('HTTP fault injection must have an abort and/or a delay'))
  checkAbort(fault.abort, at.at('abort'))
  checkDelay(fault.delay, at.at('delay'))
}

/** Checks an abort. */
export function checkAbort(abort: vs.FaultAbort | undefined, at: Findings): void {
  if (!abort) return
  checkFractionalPercent(abort.percentage, at.at('percentage'))
  if (abort.grpcStatus !== undefined) {
    if (!GRPC_STATUS.has(abort.grpcStatus)) at.at('grpcStatus').add(found.unsupported(`gRPC status ${JSON.stringify(abort.grpcStatus)} is not supported`, 'Use a name such as NOT_FOUND.'))
  } else if (abort.http2Error !== undefined) at.at('http2Error').add(found.unsupported('HTTP/2 abort fault injection not supported yet'))
  else if (abort.httpStatus !== undefined) checkHttpStatus(abort.httpStatus, at.at('httpStatus'))
  else at.add(found.ineffective('abort configured, but error type not set', 'Set httpStatus or grpcStatus.'))
}

/** Checks a delay. */
export function checkDelay(delay: vs.FaultDelay | undefined, at: Findings): void {
  if (!delay) return
  checkFractionalPercent(delay.percentage, at.at('percentage'))
  checkDuration(delay.fixedDelay, at.at('fixedDelay'))
  if (delay.exponentialDelay !== undefined) {
    checkDuration(delay.exponentialDelay, at.at('exponentialDelay'))
    at.at('exponentialDelay').add(found.unsupported('exponentialDelay not supported yet', 'Use fixedDelay.'))
  }
}

/** Checks copies of requests. */
export function checkMirrors(mirrors: readonly vs.HttpMirrorPolicy[] | undefined, at: Findings): void {
  at.each('mirrors', mirrors, (mirror, place) => {
    if (!mirror.destination) return place.add(found.missing('destination is required for mirrors'))
    checkDestination(mirror.destination, place.at('destination'))
    checkMirrorShare(mirror.percentage?.value, 'mirror percentage', place.at('percentage').at('value'))
  })
}

/** Checks the share of mirrored requests. */
export function checkMirrorShare(value: number | undefined, what: string, at: Findings): void {
  if (value !== undefined && value > 100) at.add(found.outOfRange(`${what} must have a max value of 100 (it has ${value})`))
  if (value !== undefined && value < 0) at.add(found.outOfRange(`${what} must have a min value of 0 (it has ${value})`))
}

/** Checks a redirect. */
export function checkRedirect(redirect: vs.HttpRedirect | undefined, match: readonly vs.HttpMatchRequest[] | undefined, at: Findings): void {
  if (!redirect) return
  const { uri, prefixRewrite, authority, port, derivePort, scheme, redirectCode } = redirect
  if (uri && prefixRewrite) return at.add(found.conflict('uri and prefixRewrite are mutually exclusive in a redirect'))
  const hasTarget = uri || prefixRewrite || authority || scheme || port !== undefined || derivePort !== undefined
  if (!hasTarget) return at.add(found.missing('redirect must specify URI, prefixRewrite, authority, scheme, or port'))
  if (prefixRewrite) checkPrefixRewrite(match, at.at('prefixRewrite'))
  if (redirectCode && (redirectCode < 300 || redirectCode > 399)) at.at('redirectCode').add(found.outOfRange(`${redirectCode} is not a valid redirect code, must be 3xx`))
  if (scheme && scheme !== 'http' && scheme !== 'https') at.at('scheme').add(found.unsupported('invalid redirect scheme, must be "http" or "https"'))
  if (port) checkPort(port, at.at('port'))
}

/** A prefix can only be replaced where a prefix has matched; a route without a path matches `/`. */
function checkPrefixRewrite(match: readonly vs.HttpMatchRequest[] | undefined, at: Findings): void {
  const other = match?.some((condition) => condition?.uri !== undefined && condition.uri.prefix === undefined && (condition.uri.exact !== undefined || condition.uri.regex !== undefined))
  if (other) at.add(found.conflict('prefixRewrite in a redirect needs prefix matches of the URI', 'Match by prefix, or use uri.'))
}

/** Checks a fixed response. */
export function checkDirectResponse(response: vs.HttpDirectResponse | undefined, at: Findings): void {
  if (!response) return
  const size = bodySize(response.body)
  if (size > MB) at.at('body').add(found.outOfRange('large direct_responses may impact control plane performance, must be less than 1MB', 'Serve the body from a service.'))
  else if (size > 100 * KB) at.at('body').add(found.questionable('large direct_responses may impact control plane performance', 'Serve the body from a service.'))
  checkHttpStatus(response.status, at.at('status'))
}

/** Size in bytes: of text in UTF-8, of base64 what it decodes to. */
function bodySize(body: vs.HttpBody | undefined): number {
  if (body?.string !== undefined) return utf8Length(body.string)
  return body?.bytes === undefined ? 0 : Math.floor((body.bytes.replace(/=+$/, '').length * 3) / 4)
}

const utf8Length = (text: string): number => {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // A surrogate pair is 2 units here and 4 bytes in UTF-8; a unit below 0x800 has at most 2 bytes.
    if (code > 0x7f) length += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return length
}

/** Checks retries. */
export function checkRetries(retries: vs.HttpRetry | undefined, at: Findings): void {
  if (!retries) return
  const attempts = retries.attempts ?? 0
  if (attempts < 0) at.at('attempts').add(found.outOfRange('attempts cannot be negative'))
  const isConfigured = retries.perTryTimeout !== undefined || !!retries.retryOn || retries.retryRemoteLocalities !== undefined || retries.backoff !== undefined || retries.retryIgnorePreviousHosts !== undefined
  if (attempts === 0 && isConfigured) at.at('attempts').add(found.conflict('http retry policy configured when attempts are set to 0 (disabled)', 'Set attempts, or remove the other fields.'))
  checkDuration(retries.perTryTimeout, at.at('perTryTimeout'))
  checkDuration(retries.backoff, at.at('backoff'))
  for (const condition of retries.retryOn ? retries.retryOn.split(',') : []) {
    if (!isRetryCondition(condition)) at.at('retryOn').add(found.unsupported(`${JSON.stringify(condition)} is not a valid retryOn policy`, 'Use conditions of Envoy or HTTP status codes.'))
  }
}

/** Checks changes of path and host. */
export function checkRewrite(rewrite: vs.HttpRewrite | undefined, at: Findings): void {
  if (!rewrite) return
  const { uri, uriRegexRewrite, authority } = rewrite
  if (uri && uriRegexRewrite) return at.add(found.conflict('rewrite may only contain one of URI or UriRegexRewrite'))
  if (!uri && !uriRegexRewrite && !authority) return at.add(found.missing('rewrite must specify at least one of URI, UriRegexRewrite, or authority'))
  checkRegexRewrite(uriRegexRewrite, at.at('uriRegexRewrite'))
}

/** Checks a replacement by pattern. */
export function checkRegexRewrite(rewrite: vs.RegexRewrite | undefined, at: Findings): void {
  if (!rewrite) return
  if (!rewrite.match || !rewrite.rewrite) return at.add(found.missing('UriRegexRewrite requires both Rewrite and Match fields to be specified'))
  checkRegex(rewrite.match, 'HTTPRewrite.UriRegexRewrite.Match', at.at('match'))
}

/** Checks that the host is changed in one place only. */
export function checkAuthorityOnce(route: vs.HttpRoute, at: Findings): void {
  let current = route.rewrite?.authority ?? ''
  for (const action of ['set', 'add'] as const) {
    for (const [name, value] of Object.entries(route.headers?.request?.[action] ?? {})) {
      if (!isAuthorityHeader(name)) continue
      if (current !== '') {
        const statement = `authority header cannot be set multiple times: have ${JSON.stringify(current)}, attempting to set ${JSON.stringify(value)}`
        return at.at('headers').at('request').at(action).at(name).add(found.conflict(statement))
      }
      current = value
    }
  }
}
