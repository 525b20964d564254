/** One configuration for both data planes: a listener with a mesh's filters, a route table and a cluster, in canonical proto JSON. */

/** A message in proto JSON. */
export type Json = Readonly<Record<string, unknown>>

const any = (type: string, value: Json = {}): Json => ({ '@type': `type.googleapis.com/${type}`, ...value })
const named = (name: string, typedConfig: Json): Json => ({ name, typedConfig })
const FILTER = 'envoy.extensions.filters.http'

/** Istio's default access log line. */
export const LOG_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% ' +
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n'

/** Who may call what, as Istio translates two AuthorizationPolicies: a DENY of one path, an ALLOW of some methods and paths. */
const denyAdmin = named('envoy.filters.http.rbac', any(`${FILTER}.rbac.v3.RBAC`, {
  rules: {
    action: 'DENY',
    policies: {
      'ns[default]-policy[no-admin]-rule[0]': {
        permissions: [{ andRules: { rules: [{ orRules: { rules: [{ urlPath: { path: { prefix: '/admin' } } }] } }] } }],
        principals: [{ andIds: { ids: [{ any: true }] } }],
      },
    },
  },
}))
const allowReads = named('envoy.filters.http.rbac', any(`${FILTER}.rbac.v3.RBAC`, {
  rules: {
    action: 'ALLOW',
    policies: {
      'ns[default]-policy[readers]-rule[0]': {
        permissions: [{
          andRules: {
            rules: [
              { orRules: { rules: ['GET', 'HEAD', 'OPTIONS'].map((exact) => ({ header: { name: ':method', stringMatch: { exact } } })) } },
              { orRules: { rules: ['/health', '/api/', '/fault'].map((prefix) => ({ urlPath: { path: { prefix } } })) } },
            ],
          },
        }],
        principals: [{ andIds: { ids: [{ any: true }] } }],
      },
    },
  },
}))

const cors = { [`envoy.filters.http.cors`]: any(`${FILTER}.cors.v3.CorsPolicy`, { allowOriginStringMatch: [{ exact: 'https://shop.example' }], allowMethods: 'GET', maxAge: '86400' }) }
const abort = { 'envoy.filters.http.fault': any(`${FILTER}.fault.v3.HTTPFault`, { abort: { httpStatus: 503, percentage: { numerator: 100, denominator: 'HUNDRED' } } }) }

const to = (prefix: string, cluster: string, more: Json = {}): Json => ({
  name: prefix, match: { prefix, caseSensitive: true },
  route: { cluster, timeout: '15s', retryPolicy: { retryOn: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes', numRetries: 2, retriableStatusCodes: [503] }, maxGrpcTimeout: '0s' },
  decorator: { operation: `web.default.svc.cluster.local:80${prefix}*` },
  ...more,
})

/** Hosts beside the called one, as a mesh has them. */
const OTHER_HOSTS = 40

/** Where the called service is found in the route table. */
export const HOST = 'web.default.svc.cluster.local'
export const CLUSTER = 'outbound|80||web.default.svc.cluster.local'

const routes = (): Json => ({
  name: '80', validateClusters: false,
  virtualHosts: [
    ...Array.from({ length: OTHER_HOSTS }, (_, i) => ({ name: `svc-${i}.default.svc.cluster.local:80`, domains: [`svc-${i}.default.svc.cluster.local`, `svc-${i}`, `10.96.0.${i}`], routes: [to('/', CLUSTER)] })),
    {
      name: `${HOST}:80`, domains: [HOST, 'web', 'web.default', '127.0.0.1'], includeRequestAttemptCount: true,
      routes: [to('/fault', CLUSTER, { typedPerFilterConfig: abort }), to('/static/', CLUSTER), to('/api/v0/', CLUSTER), to('/api/v1/', CLUSTER, { typedPerFilterConfig: cors }), to('/', CLUSTER)],
    },
    { name: 'allow_any', domains: ['*'], routes: [to('/', CLUSTER)] },
  ],
})

/** What a data plane has in place of `istio.stats`, if it lacks that filter. */
export type Statistics = 'istio' | 'grpc'

const GRPC_STATS = named('envoy.filters.http.grpc_stats', any(`${FILTER}.grpc_stats.v3.FilterConfig`, { emitFilterState: true, statsForAllMethods: false }))
const ISTIO_STATS = named('istio.stats', any('stats.PluginConfig'))

/** The HTTP connection manager of a sidecar. */
export const manager = (statistics: Statistics, more: Json = {}): Json => named('envoy.filters.network.http_connection_manager', any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
  statPrefix: 'bench', codecType: 'AUTO', routeConfig: routes(), normalizePath: true, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED', useRemoteAddress: false, streamIdleTimeout: '0s',
  requestIdExtension: { typedConfig: any('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', { useRequestIdForTraceSampling: true }) },
  httpFilters: [
    denyAdmin, allowReads, GRPC_STATS,
    named('envoy.filters.http.fault', any(`${FILTER}.fault.v3.HTTPFault`)),
    named('envoy.filters.http.cors', any(`${FILTER}.cors.v3.Cors`)),
    ...(statistics === 'istio' ? [ISTIO_STATS] : []),
    named('envoy.filters.http.router', any(`${FILTER}.router.v3.Router`)),
  ],
  accessLog: [named('envoy.access_loggers.file', any('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path: '/dev/null', logFormat: { textFormatSource: { inlineString: LOG_FORMAT } } }))],
  ...more,
}))

/** A listener on loopback. */
export const listener = (name: string, port: number, filter: Json, chain: Json = {}): Json => ({
  name, address: { socketAddress: { address: '127.0.0.1', portValue: port } }, enableReusePort: false, filterChains: [{ filters: [filter], ...chain }],
})

/** The one cluster, with one endpoint; limits as Istio sets them. */
export const cluster = (backend: number, more: Json = {}): Json => ({
  name: CLUSTER, type: 'STATIC', connectTimeout: '10s', lbPolicy: 'LEAST_REQUEST',
  circuitBreakers: { thresholds: [{ maxConnections: 4294967295, maxPendingRequests: 4294967295, maxRequests: 4294967295, maxRetries: 4294967295 }] },
  loadAssignment: { clusterName: CLUSTER, endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: backend } } } }] }] },
  ...more,
})
