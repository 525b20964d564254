/** What happens to a request head before any filter sees it. @see envoy ConnectionManagerUtility::mutateRequestHeaders */
import { cidrContains, parseIp } from '@istio-ts/foundation'
import type { RequestHead } from '../codec/codec.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'
import type { Hcm } from './hcm.ts'
import { applyXfcc } from './xfcc.ts'

/** Headers that steer the proxy or tell of trust; a client outside may not set them. */
const INTERNAL_HEADERS: readonly string[] = [
  'x-envoy-internal', 'x-envoy-decorator-operation', 'x-envoy-downstream-service-cluster', 'x-envoy-downstream-service-node', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-external-address',
  'x-envoy-force-trace', 'x-envoy-ip-tags', 'x-envoy-max-retries', 'x-envoy-retry-on', 'x-envoy-retry-grpc-on', 'x-envoy-upstream-alt-stat-name', 'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms', 'x-envoy-upstream-rq-timeout-alt-response', 'x-envoy-upstream-stream-duration-ms', 'x-envoy-original-path', 'x-envoy-original-host', 'x-envoy-attempt-count',
  'x-envoy-hedge-on-per-try-timeout', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id',
]

/** The name of a span, as proxies tell it each other. */
export const DECORATOR = 'x-envoy-decorator-operation'

/** Changes the head; returns the address (without port) the client is taken to have. */
export function admitHeaders(hcm: Hcm, head: RequestHead, connection: ConnectionInfo, newRequestId: () => string): string {
  const direct = connection.remoteAddress.kind === 'ip' ? connection.remoteAddress.ip : ''
  const secure = connection.tls !== undefined
  let client = direct
  let edge = false
  if (hcm.useRemoteAddress) {
    if (hcm.xffTrustedHops > 0) client = addressFromXff(head.get('x-forwarded-for'), hcm.xffTrustedHops - 1) ?? direct
    const internal = isInternal(hcm, client)
    edge = !internal
    if (!hcm.skipXffAppend && direct !== '') {
      const before = head.get('x-forwarded-for')
      head.set('x-forwarded-for', before === undefined || before === '' ? direct : `${before},${direct}`)
    }
    if (hcm.xffTrustedHops === 0 || !head.has('x-forwarded-proto')) head.set('x-forwarded-proto', secure ? 'https' : 'http')
    if (edge) {
      for (const name of INTERNAL_HEADERS) if (head.has(name)) head.remove(name)
      if (client !== '') head.set('x-envoy-external-address', client)
    } else head.set('x-envoy-internal', 'true')
  } else {
    client = addressFromXff(head.get('x-forwarded-for'), hcm.xffTrustedHops) ?? direct
    if (!head.has('x-forwarded-proto')) head.set('x-forwarded-proto', secure ? 'https' : 'http')
  }
  // A client's Envoy names the span; the server's takes the name and keeps it (Envoy's ConnectionManagerImpl::ActiveStream::traceRequest).
  if (hcm.traced && hcm.direction !== 'OUTBOUND' && head.has(DECORATOR)) head.remove(DECORATOR)
  applyXfcc(hcm.xfcc, head, connection.tls)
  if (hcm.generateRequestId) {
    if (edge && !hcm.preserveExternalRequestId) head.set('x-request-id', newRequestId())
    else if (!head.has('x-request-id')) head.set('x-request-id', newRequestId())
  }
  if (hcm.via !== '') {
    const before = head.get('via')
    head.set('via', before === undefined ? hcm.via : `${before}, ${hcm.via}`)
  }
  return client
}

/** The address `skip` entries from the right of an XFF list; undefined if there is no valid one. */
export function addressFromXff(header: string | undefined, skip: number): string | undefined {
  if (header === undefined) return undefined
  let end = header.length
  for (let i = 0; i <= skip; i++) {
    const comma = header.lastIndexOf(',', end - 1)
    if (i === skip) {
      const text = header.slice(comma + 1, end).trim()
      return parseIp(text) ? text : undefined
    }
    if (comma < 0) return undefined
    end = comma
  }
  return undefined
}

function isInternal(hcm: Hcm, ip: string): boolean {
  if (hcm.internalRanges.length === 0) return false
  const bytes = parseIp(ip)
  return bytes !== undefined && hcm.internalRanges.some((range) => cidrContains(range, bytes))
}
