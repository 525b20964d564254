/** The configuration that both proxies get, in proto JSON: what a sidecar of Istio has in its listeners, in several variants. */

/** A message in proto JSON. */
export type Json = Readonly<Record<string, unknown>>

const any = (type: string, value: Json = {}): Json => ({ '@type': `type.googleapis.com/${type}`, ...value })
const named = (name: string, typedConfig: Json): Json => ({ name, typedConfig })

/** Facts of a stream that both must agree on; the rest of a line differs from run to run. */
const LOG_FORMAT = '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% rx=%BYTES_RECEIVED% tx=%BYTES_SENT% tries=%UPSTREAM_REQUEST_ATTEMPT_COUNT%\n'

/** A log of the facts. */
export const accessLog = (path: string): readonly Json[] => [named('envoy.access_loggers.file', any('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path, logFormat: { textFormatSource: { inlineString: LOG_FORMAT } } }))]

const to = (prefix: string, cluster: string, route: Json = {}, more: Json = {}): Json => ({ match: { prefix }, route: { cluster, timeout: '0s', ...route }, ...more })
const retry = (retryOn: string, more: Json = {}): Json => ({ retryPolicy: { retryOn, numRetries: 2, retryBackOff: { baseInterval: '0.001s', maxInterval: '0.002s' }, ...more } })

/** Each prefix is one thing that a route can be told. */
const ROUTES: readonly Json[] = [
  to('/refused-retried', 'refused', retry('connect-failure')),
  to('/refused', 'refused'),
  to('/empty', 'empty'),
  to('/timeout', 'origin', { timeout: '0.15s' }),
  to('/per-try', 'origin', { timeout: '5s', ...retry('gateway-error', { perTryTimeout: '0.1s' }) }),
  to('/retried', 'origin', retry('5xx,reset,retriable-status-codes', { retriableStatusCodes: [409] })),
  to('/retry-reset', 'origin', retry('reset-before-request')),
  to('/grpc-retried', 'origin', retry('unavailable,cancelled')),
  to('/grpc-deadline', 'origin', { maxStreamDuration: { grpcTimeoutHeaderMax: '0.2s' } }),
  to('/grpc-timeout', 'origin', { timeout: '5s', maxGrpcTimeout: '0.2s' }),
  to('/breaker', 'breaker'),
  to('/h2', 'origin-h2'),
  to('/edits', 'origin', { prefixRewrite: '/rewritten', hostRewriteLiteral: 'other.example' }, {
    requestHeadersToAdd: [{ header: { key: 'x-added', value: 'one' } }, { header: { key: 'x-set', value: 'two' }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' }], requestHeadersToRemove: ['x-gone'],
    responseHeadersToAdd: [{ header: { key: 'x-answer', value: '%PROTOCOL%' } }], responseHeadersToRemove: ['x-secret'],
  }),
  { match: { prefix: '/direct' }, directResponse: { status: 418, body: { inlineString: 'teapot' } } },
  { match: { prefix: '/moved' }, redirect: { hostRedirect: 'new.example', pathRedirect: '/there', responseCode: 'FOUND' } },
  { match: { prefix: '/tls-only' }, redirect: { httpsRedirect: true } },
  { match: { path: '/exact' }, route: { cluster: 'origin', timeout: '0s' } },
  to('/nowhere', 'nowhere'),
  to('/', 'origin'),
]

/** What differs between listeners. */
export const VARIANTS = {
  /** As Istio configures a sidecar's HTTP listener. */
  sidecar: {},
  /** PILOT_HTTP10. */
  http10: { httpProtocolOptions: { acceptHttp10: true } },
  /** A gateway at the edge. */
  edge: { useRemoteAddress: true, stripTrailingHostDot: true, commonHttpProtocolOptions: { headersWithUnderscoresAction: 'REJECT_REQUEST' }, pathWithEscapedSlashesAction: 'REJECT_REQUEST', mergeSlashes: true },
  /** Tight limits and timeouts. */
  limits: { maxRequestHeadersKb: 8, requestHeadersTimeout: '0.2s', streamIdleTimeout: '0.3s', commonHttpProtocolOptions: { idleTimeout: '0.4s', maxHeadersCount: 20, maxRequestsPerConnection: 2 } },
  /** The whole request within a time. */
  slow: { requestTimeout: '0.2s' },
  /** Upgrades that Istio does not switch on. */
  connect: { upgradeConfigs: [{ upgradeType: 'websocket' }, { upgradeType: 'CONNECT' }] },
} as const satisfies Record<string, Json>

/** A listener by name. */
export type Variant = keyof typeof VARIANTS | 'tcp' | 'tcp-refused'

const manager = (log: string, variant: keyof typeof VARIANTS): Json => {
  const connect = variant === 'connect' ? [{ match: { connectMatcher: {} }, route: { cluster: 'origin', timeout: '0s', upgradeConfigs: [{ upgradeType: 'CONNECT', connectConfig: {} }] } }] : []
  return named('envoy.filters.network.http_connection_manager', any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    statPrefix: variant, codecType: 'AUTO', normalizePath: true, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED', useRemoteAddress: false, streamIdleTimeout: '0s', delayedCloseTimeout: '0.05s', serverName: 'istio-envoy',
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    routeConfig: { name: 'routes', validateClusters: false, virtualHosts: [{ name: 'named', domains: ['named.example'], routes: [to('/', 'origin')] }, { name: 'all', domains: ['*'], routes: [...connect, ...ROUTES] }] },
    httpFilters: [named('envoy.filters.http.router', any('envoy.extensions.filters.http.router.v3.Router'))],
    accessLog: accessLog(log),
    ...VARIANTS[variant],
  }))
}

const tcp = (log: string, cluster: string): Json => named('envoy.filters.network.tcp_proxy', any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', { statPrefix: cluster, cluster, accessLog: accessLog(log) }))

/** A listener on a loopback port. */
export const listener = (variant: Variant, port: number, log: string): Json => ({
  name: variant, address: { socketAddress: { address: '127.0.0.1', portValue: port } }, enableReusePort: false,
  filterChains: [{ filters: [variant === 'tcp' ? tcp(log, 'origin') : variant === 'tcp-refused' ? tcp(log, 'refused') : manager(log, variant)] }],
})

/** Every listener's name. */
export const ALL_VARIANTS: readonly Variant[] = ['sidecar', 'http10', 'edge', 'limits', 'slow', 'connect', 'tcp', 'tcp-refused']

const cluster = (name: string, ports: readonly number[], more: Json = {}): Json => ({
  name, type: 'STATIC', connectTimeout: '1s', lbPolicy: 'ROUND_ROBIN',
  loadAssignment: { clusterName: name, endpoints: ports.length === 0 ? [] : [{ lbEndpoints: ports.map((portValue) => ({ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue } } } })) }] },
  ...more,
})

const http2 = { typedExtensionProtocolOptions: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', { explicitHttpConfig: { http2ProtocolOptions: {} } }) } }

/** The clusters; `h2` is an origin that speaks HTTP/2 without TLS, nobody listens at `closed`. */
export const clusters = (origin: number, h2: number, closed: number): readonly Json[] => [
  cluster('origin', [origin]), cluster('refused', [closed]), cluster('empty', []), cluster('origin-h2', [h2], http2),
  cluster('breaker', [origin], { circuitBreakers: { thresholds: [{ maxConnections: 1, maxPendingRequests: 1, maxRequests: 1 }] } }),
]
