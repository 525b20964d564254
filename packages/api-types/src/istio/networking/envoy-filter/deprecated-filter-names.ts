/** Names that Envoy's filters had before 1.16, which Istio still understands in matches. */

const HTTP = ['buffer', 'cors', 'csrf', 'fault', 'grpc_http1_bridge', 'grpc_json_transcoder', 'grpc_web', 'gzip', 'health_check', 'ip_tagging', 'lua', 'router', 'squash']
const LISTENER = ['http_inspector', 'original_dst', 'original_src', 'proxy_protocol', 'tls_inspector']
const NETWORK = ['client_ssl_auth', 'http_connection_manager', 'mongo_proxy', 'ratelimit', 'redis_proxy', 'tcp_proxy']

const CURRENT: ReadonlyMap<string, string> = new Map<string, string>([
  ...HTTP.map((name): [string, string] => [`envoy.${name}`, `envoy.filters.http.${name}`]),
  ...LISTENER.map((name): [string, string] => [`envoy.listener.${name}`, `envoy.filters.listener.${name}`]),
  ...NETWORK.map((name): [string, string] => [`envoy.${name}`, `envoy.filters.network.${name}`]),
  ['envoy.ext_authz', 'envoy.filters.http.ext_authz'],
  ['envoy.http_dynamo_filter', 'envoy.filters.http.dynamo'],
  ['envoy.rate_limit', 'envoy.filters.http.ratelimit'],
])

/** The name that a deprecated one has today; undefined for others. */
export const currentFilterName = (name: string): string | undefined => CURRENT.get(name)
