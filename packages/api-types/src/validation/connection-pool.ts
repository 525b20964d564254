/** Limits of connections and requests. */
import { parseDuration } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { ConnectionPoolSettings, Http2KeepAlive, HttpSettings, TcpSettings } from '../istio/shared/connection-pool.ts'
import { checkDuration } from './durations.ts'
import type { Findings } from './findings.ts'
import { checkNonNegative } from './numbers.ts'

/** Checks limits; an empty message is refused, because it says nothing. */
export function checkConnectionPool(pool: ConnectionPoolSettings | undefined, at: Findings): void {
  if (!pool) return
  if (!pool.http && !pool.tcp) return at.add(found.missing('connection pool must have at least one field'))
  if (pool.http) checkHttp(pool.http, at.at('http'))
  if (pool.tcp) checkTcp(pool.tcp, at.at('tcp'))
}

const HTTP_COUNTS = [
  ['http1MaxPendingRequests', 'http1 max pending requests'],
  ['http2MaxRequests', 'http2 max requests'],
  ['maxRequestsPerConnection', 'max requests per connection'],
  ['maxRetries', 'max retries'],
  ['maxConcurrentStreams', 'max concurrent streams'],
] as const

function checkHttp(http: HttpSettings, at: Findings): void {
  for (const [field, what] of HTTP_COUNTS) checkNonNegative(http[field], what, at.at(field))
  checkDuration(http.idleTimeout, at.at('idleTimeout'))
  if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol) at.at('useClientProtocol').add(found.conflict('use client protocol must not be true when H2UpgradePolicy is UPGRADE'))
  if (http.http2KeepAlive) checkKeepAlive(http.http2KeepAlive, at.at('http2KeepAlive'))
}

/** Envoy insists on the timeout; without an interval it sends no periodic PINGs. */
function checkKeepAlive(keepAlive: Http2KeepAlive, at: Findings): void {
  if (keepAlive.timeout === undefined) at.add(found.missing('http2 keepalive timeout must be set', 'Set timeout.'))
  checkDuration(keepAlive.interval, at.at('interval'))
  checkDuration(keepAlive.timeout, at.at('timeout'))
}

function checkTcp(tcp: TcpSettings, at: Findings): void {
  checkNonNegative(tcp.maxConnections, 'max connections', at.at('maxConnections'))
  checkDuration(tcp.connectTimeout, at.at('connectTimeout'))
  checkDuration(tcp.maxConnectionDuration, at.at('maxConnectionDuration'))
  // 0 switches the timeout off.
  if (tcp.idleTimeout !== undefined && parseDuration(tcp.idleTimeout) !== 0) checkDuration(tcp.idleTimeout, at.at('idleTimeout'))
  checkDuration(tcp.tcpKeepalive?.time, at.at('tcpKeepalive').at('time'))
  checkDuration(tcp.tcpKeepalive?.interval, at.at('tcpKeepalive').at('interval'))
}
