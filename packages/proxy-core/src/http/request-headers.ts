/** What happens to a request head before any filter sees it. @see envoy ConnectionManagerUtility::mutateRequestHeaders */
import { cidrContains, parseIp } from '@istio-ts/foundation'
import type { RequestHead } from '../codec/codec.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'
import type { Hcm } from './hcm.ts'
import { applyXfcc } from './xfcc.ts'

/** Headers that steer the proxy: only an internal client may (Envoy's `cleanInternalHeaders`; nobody is internal unless `internal_address_config` says so). */
const STEERING_HEADERS: readonly string[] = [
  'x-envoy-internal', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-force-trace', 'x-envoy-hedge-on-per-try-timeout', 'x-envoy-ip-tags', 'x-envoy-max-retries', 'x-envoy-original-url',
  'x-envoy-retriable-header-names', 'x-envoy-retriable-status-codes', 'x-envoy-retry-on', 'x-envoy-retry-grpc-on', 'x-envoy-upstream-alt-stat-name', 'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms', 'x-envoy-upstream-rq-timeout-alt-response', 'x-envoy-upstream-stream-duration-ms',
]

/** Headers that tell of things inside the mesh; at the edge nobody may bring them. The last three Envoy lets pass: a client outside must not say which workload it is. */
const INSIDE_HEADERS: readonly string[] = [
  'x-envoy-decorator-operation', 'x-envoy-downstream-service-cluster', 'x-envoy-downstream-service-node', 'x-envoy-external-address', 'x-envoy-original-path', 'x-envoy-original-host',
  'x-envoy-attempt-count', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id',
]

/** The name of a span, as proxies tell it each other. */
export const DECORATOR = 'x-envoy-decorator-operation'

/** Changes the head; returns the address (without port) the client is taken to have. */
export function admitHeaders(hcm: Hcm, head: RequestHead, connection: ConnectionInfo, newRequestId: () => string): string {
  const direct = connection.remoteAddress.kind === 'ip' ? connection.remoteAddress.ip : ''
  const secure = connection.tls !== undefined
  const before = head.get('x-forwarded-for')
  let client = direct
  let internal: boolean
  if (hcm.useRemoteAddress) {
    if (hcm.xffTrustedHops > 0) client = addressFromXff(before, hcm.xffTrustedHops - 1) ?? direct
    internal = before === undefined && isInternal(hcm, client)
    if (!hcm.skipXffAppend && direct !== '') head.set('x-forwarded-for', before === undefined || before === '' ? direct : `${before},${direct}`)
    if (hcm.xffTrustedHops === 0 || !head.has('x-forwarded-proto')) head.set('x-forwarded-proto', secure ? 'https' : 'http')
  } else {
    const named = addressFromXff(before, hcm.xffTrustedHops)
    client = named ?? direct
    internal = named !== undefined && before?.includes(',') !== true && isInternal(hcm, named)
    if (!head.has('x-forwarded-proto')) head.set('x-forwarded-proto', secure ? 'https' : 'http')
  }
  const edge = hcm.useRemoteAddress && !internal
  if (internal) head.set('x-envoy-internal', 'true')
  else removeSteering(head)
  if (edge) {
    for (const name of INSIDE_HEADERS) if (head.has(name)) head.remove(name)
    if (client !== '') head.set('x-envoy-external-address', client)
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

/** Most requests have no such header; one look at the names tells. */
function removeSteering(head: RequestHead): void {
  if (head.hasPrefix('x-envoy-')) for (const name of STEERING_HEADERS) if (head.has(name)) head.remove(name)
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
