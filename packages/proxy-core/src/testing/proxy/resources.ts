/** Builders of small xDS resources for tests: what is said is what differs. */
import type { Any, Cluster, ClusterLoadAssignment, FilterChain, HttpConnectionManager, HttpFilterConfig, Listener, NetworkFilterConfig, Route, RouteConfiguration } from '../../config/wire.ts'

const anyOf = (type: string, value: object): Any => ({ '@type': `type.googleapis.com/${type}`, ...value })

/** The router filter, the end of each HTTP chain. */
export const ROUTER: HttpFilterConfig = { name: 'envoy.filters.http.router', typedConfig: anyOf('envoy.extensions.filters.http.router.v3.Router', {}) }

/** An HTTP filter of a type. */
export const httpFilter = (name: string, type: string, value: object): HttpFilterConfig => ({ name, typedConfig: anyOf(type, value) })

/** An HTTP connection manager filter; its chain ends with the router. */
export const hcm = (config: HttpConnectionManager): NetworkFilterConfig => ({
  name: 'envoy.filters.network.http_connection_manager',
  typedConfig: anyOf('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', { statPrefix: 'test', streamIdleTimeout: '0s', ...config, httpFilters: [...(config.httpFilters ?? []), ROUTER] }),
})

/** A tcp_proxy filter. */
export const tcpProxy = (cluster: string, more: object = {}): NetworkFilterConfig => ({ name: 'envoy.filters.network.tcp_proxy', typedConfig: anyOf('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', { statPrefix: cluster, cluster, ...more }) })

/** A listener on loopback with one chain per argument. */
export const listener = (name: string, port: number, filterChains: readonly FilterChain[], more: Listener = {}): Listener => ({ name, address: { socketAddress: { address: '127.0.0.1', portValue: port } }, filterChains, ...more })

/** Routes of one virtual host `*`. */
export const routes = (name: string, list: readonly Route[]): RouteConfiguration => ({ name, virtualHosts: [{ name: 'all', domains: ['*'], routes: list }] })

/** A route for a prefix to a cluster. */
export const to = (cluster: string, prefix = '/', more: NonNullable<Route['route']> = {}): Route => ({ match: { prefix }, route: { cluster, timeout: '0s', ...more } })

/** A STATIC cluster with endpoints on loopback ports. */
export const staticCluster = (name: string, ports: readonly number[], more: Cluster = {}): Cluster => ({ name, type: 'STATIC', connectTimeout: '1s', loadAssignment: assignment(name, ports), ...more })

/** An EDS cluster. */
export const edsCluster = (name: string, more: Cluster = {}): Cluster => ({ name, type: 'EDS', connectTimeout: '1s', edsClusterConfig: { edsConfig: { ads: {}, initialFetchTimeout: '0s' }, serviceName: name }, ...more })

/** Endpoints on loopback ports. */
export const assignment = (clusterName: string, ports: readonly number[]): ClusterLoadAssignment => ({
  clusterName,
  endpoints: [{ lbEndpoints: ports.map((portValue) => ({ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue } } } })) }],
})
