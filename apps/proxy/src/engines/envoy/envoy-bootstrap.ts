/** The bootstrap of a real Envoy as our sidecar: istiod over mTLS, secrets from the agent, the ports of the plan. Pure. */
import { any, type Messages } from '@istio-ts/api-types/envoy'
import type { ProxyBootstrap } from '../../bootstrap.ts'

type Bootstrap = Messages['envoy.config.bootstrap.v3.Bootstrap']
type Cluster = Messages['envoy.config.cluster.v3.Cluster']
type Listener = Messages['envoy.config.listener.v3.Listener']
type ApiConfigSource = Messages['envoy.config.core.v3.ApiConfigSource']

/** Makes the bootstrap. `sdsSocket` is the agent's unix socket. */
export function envoyBootstrap(bootstrap: ProxyBootstrap, sdsSocket: string, istioVersion: string): Bootstrap {
  return {
    node: {
      id: bootstrap.node.id,
      cluster: bootstrap.node.cluster ?? '',
      metadata: { ISTIO_VERSION: istioVersion, ...bootstrap.node.metadata } as NonNullable<Messages['envoy.config.core.v3.Node']['metadata']>,
      ...(bootstrap.node.locality ? { locality: bootstrap.node.locality } : {}),
    },
    admin: { address: address(bootstrap.bindAddress, bootstrap.adminPort) },
    layeredRuntime: { layers: [{ name: 'deprecation', staticLayer: { 're2.max_program_size.error_level': 32768 } }, { name: 'admin', adminLayer: {} }] },
    statsConfig: { useAllDefaultTags: false, statsTags: STATS_TAGS.map(([tagName, regex]) => ({ tagName, regex })) },
    overloadManager: { resourceMonitors: [{ name: 'envoy.resource_monitors.global_downstream_max_connections', typedConfig: any('envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig', { maxActiveDownstreamConnections: MAX_CONNECTIONS }) }] },
    dynamicResources: {
      adsConfig: overGrpc('DELTA_GRPC', 'xds-grpc', bootstrap.maxReconnectMs),
      ldsConfig: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' },
      cdsConfig: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' },
    },
    staticResources: {
      clusters: [istiodCluster(bootstrap), sdsCluster(sdsSocket), adminCluster(bootstrap)],
      listeners: bootstrap.prometheusPort ? [prometheusListener(bootstrap, bootstrap.prometheusPort)] : [],
    },
  }
}

/** Istio's: no limit of its own, and Envoy does not warn that there is none. */
const MAX_CONNECTIONS = '2147483647'

/** Which parts of a statistic's name are labels. Istio ends the names it chooses (clusters, connection managers) with `;`, since they hold dots. */
const STATS_TAGS: readonly (readonly [string, string])[] = [
  ['cluster_name', '^cluster(\\.(.+);)'],
  ['http_conn_manager_prefix', '^http\\.((.+?);\\.)'],
  ['tcp_prefix', '^tcp\\.((.*?)\\.)\\w+?$'],
  ['response_code', '_rq(_(\\d{3}))$'],
  ['response_code_class', '_rq(_(\\dxx))$'],
  ['listener_address', '^listener\\.((.+?[_:]\\d+)\\.)'],
]

const address = (ip: string, port: number) => ({ socketAddress: { address: ip, portValue: port } })

/** Reconnects within the bootstrap's bound: Envoy's own default grows to 30 s. */
const overGrpc = (apiType: 'DELTA_GRPC' | 'GRPC', clusterName: string, maxReconnectMs: number): ApiConfigSource => ({
  apiType,
  transportApiVersion: 'V3',
  setNodeOnFirstMessageOnly: true,
  grpcServices: [{ envoyGrpc: { clusterName, retryPolicy: { retryBackOff: { baseInterval: '0.500s', maxInterval: `${(maxReconnectMs / 1000).toFixed(3)}s` } } } }],
})

const HTTP2 = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', { explicitHttpConfig: { http2ProtocolOptions: {} } }),
}

function istiodCluster(bootstrap: ProxyBootstrap): Cluster {
  const [host = '127.0.0.1', port = '15012'] = (bootstrap.discoveryAddress ?? '').split(/:(?=\d+$)/)
  const sds = { apiConfigSource: overGrpc('GRPC', 'sds-grpc', bootstrap.maxReconnectMs), initialFetchTimeout: '0s', resourceApiVersion: 'V3' as const }
  return {
    name: 'xds-grpc',
    type: 'STRICT_DNS',
    connectTimeout: '1s',
    dnsLookupFamily: 'V4_PREFERRED',
    loadAssignment: { clusterName: 'xds-grpc', endpoints: [{ lbEndpoints: [{ endpoint: { address: address(host, Number(port)) } }] }] },
    typedExtensionProtocolOptions: HTTP2,
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 300 } },
    transportSocket: {
      name: 'envoy.transport_sockets.tls',
      typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
        sni: bootstrap.serverName,
        commonTlsContext: {
          alpnProtocols: ['h2'],
          // Envoy's upstream maximum is 1.2 unless it is set.
          tlsParams: { tlsMinimumProtocolVersion: 'TLSv1_2', tlsMaximumProtocolVersion: 'TLSv1_3' },
          tlsCertificateSdsSecretConfigs: [{ name: 'default', sdsConfig: sds }],
          combinedValidationContext: {
            defaultValidationContext: { matchTypedSubjectAltNames: [{ sanType: 'DNS', matcher: { exact: bootstrap.serverName } }] },
            validationContextSdsSecretConfig: { name: 'ROOTCA', sdsConfig: sds },
          },
        },
      }),
    },
  }
}

const sdsCluster = (socket: string): Cluster => ({
  name: 'sds-grpc',
  type: 'STATIC',
  connectTimeout: '1s',
  typedExtensionProtocolOptions: HTTP2,
  loadAssignment: { clusterName: 'sds-grpc', endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }] },
})

const adminCluster = (bootstrap: ProxyBootstrap): Cluster => ({
  name: 'prometheus_stats',
  type: 'STATIC',
  connectTimeout: '0.250s',
  loadAssignment: { clusterName: 'prometheus_stats', endpoints: [{ lbEndpoints: [{ endpoint: { address: address(bootstrap.bindAddress, bootstrap.adminPort) } }] }] },
})

/** Istio's port 15090: admin's metrics and nothing else of admin. */
const prometheusListener = (bootstrap: ProxyBootstrap, port: number): Listener => ({
  name: 'prometheus',
  address: address(bootstrap.bindAddress, port),
  enableReusePort: false,
  filterChains: [{
    filters: [{
      name: 'envoy.filters.network.http_connection_manager',
      typedConfig: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
        statPrefix: 'stats',
        routeConfig: { virtualHosts: [{ name: 'backend', domains: ['*'], routes: [{ match: { prefix: '/stats/prometheus' }, route: { cluster: 'prometheus_stats' } }] }] },
        httpFilters: [{ name: 'envoy.filters.http.router', typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {}) }],
      }),
    }],
  }],
})
