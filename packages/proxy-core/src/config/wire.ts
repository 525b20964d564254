/** The Envoy messages this package reads, under short names. In memory they are canonical protobuf JSON (see api-types/envoy). */
import type { Any as WireAny, Messages, MessageName } from '@istio-ts/api-types/envoy'

export type Any = WireAny
export type Listener = Messages['envoy.config.listener.v3.Listener']
export type FilterChain = Messages['envoy.config.listener.v3.FilterChain']
export type FilterChainMatch = Messages['envoy.config.listener.v3.FilterChainMatch']
export type ListenerFilter = Messages['envoy.config.listener.v3.ListenerFilter']
export type NetworkFilterConfig = Messages['envoy.config.listener.v3.Filter']
export type HttpConnectionManager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager']
export type HttpFilterConfig = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter']
export type TcpProxy = Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy']
export type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration']
export type VirtualHost = Messages['envoy.config.route.v3.VirtualHost']
export type Route = Messages['envoy.config.route.v3.Route']
export type RouteMatch = Messages['envoy.config.route.v3.RouteMatch']
export type RouteAction = Messages['envoy.config.route.v3.RouteAction']
export type RedirectAction = Messages['envoy.config.route.v3.RedirectAction']
export type RetryPolicy = Messages['envoy.config.route.v3.RetryPolicy']
export type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher']
export type QueryParameterMatcher = Messages['envoy.config.route.v3.QueryParameterMatcher']
export type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher']
export type RegexMatchAndSubstitute = Messages['envoy.type.matcher.v3.RegexMatchAndSubstitute']
export type MetadataMatcher = Messages['envoy.type.matcher.v3.MetadataMatcher']
export type ValueMatcher = Messages['envoy.type.matcher.v3.ValueMatcher']
export type HeaderValueOption = Messages['envoy.config.core.v3.HeaderValueOption']
export type WireMetadata = Messages['envoy.config.core.v3.Metadata']
export type WireAddress = Messages['envoy.config.core.v3.Address']
export type TransportSocket = Messages['envoy.config.core.v3.TransportSocket']
export type DataSource = Messages['envoy.config.core.v3.DataSource']
export type RuntimeFractionalPercent = Messages['envoy.config.core.v3.RuntimeFractionalPercent']
export type FractionalPercent = Messages['envoy.type.v3.FractionalPercent']
export type Cluster = Messages['envoy.config.cluster.v3.Cluster']
export type OutlierDetection = Messages['envoy.config.cluster.v3.OutlierDetection']
export type ClusterLoadAssignment = Messages['envoy.config.endpoint.v3.ClusterLoadAssignment']
export type LbEndpoint = Messages['envoy.config.endpoint.v3.LbEndpoint']
export type HttpProtocolOptions = Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions']
export type UpstreamTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext']
export type DownstreamTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext']
export type CommonTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext']
export type CertificateValidationContext = Messages['envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext']
export type Secret = Messages['envoy.extensions.transport_sockets.tls.v3.Secret']
export type AccessLog = Messages['envoy.config.accesslog.v3.AccessLog']
export type AccessLogFilter = Messages['envoy.config.accesslog.v3.AccessLogFilter']
export type RbacRules = Messages['envoy.config.rbac.v3.RBAC']
export type RbacPermission = Messages['envoy.config.rbac.v3.Permission']
export type RbacPrincipal = Messages['envoy.config.rbac.v3.Principal']
export type Node = Messages['envoy.config.core.v3.Node']

/** The message inside an Any if it is of that type; undefined otherwise. */
export function unpack<N extends MessageName>(any: Any | undefined, name: N): Messages[N] | undefined {
  if (any === undefined || any['@type'] !== `type.googleapis.com/${name}`) return undefined
  // The codec has already given an Any the fields of its type; this is the one place that says so to the compiler.
  return any as unknown as Messages[N]
}

/** Type name (without the `type.googleapis.com/` prefix) and body of an Any, looking inside a TypedStruct. */
export function openAny(any: Any): { readonly type: string; readonly body: Readonly<Record<string, unknown>> } {
  const type = stripPrefix(any['@type'])
  if (type !== 'udpa.type.v1.TypedStruct' && type !== 'xds.type.v3.TypedStruct') return { type, body: any }
  const inner = any['typeUrl']
  const value = any['value']
  return { type: typeof inner === 'string' ? stripPrefix(inner) : '', body: isRecord(value) ? value : {} }
}

/** True for a plain JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

const stripPrefix = (url: string): string => url.slice(url.lastIndexOf('/') + 1)
