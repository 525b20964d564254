/** Short names for the messages that are met every day. */
import type { Messages } from './gen/messages.ts'

/** A port that is listened on, with what happens to its connections. */
export type Listener = Messages['envoy.config.listener.v3.Listener']
/** What happens to the connections that a match picks. */
export type FilterChain = Messages['envoy.config.listener.v3.FilterChain']
/** Which connections a filter chain is for. */
export type FilterChainMatch = Messages['envoy.config.listener.v3.FilterChainMatch']
/** A filter that looks at a connection before a chain is picked. */
export type ListenerFilter = Messages['envoy.config.listener.v3.ListenerFilter']
/** A network filter. */
export type Filter = Messages['envoy.config.listener.v3.Filter']
/** The network filter that speaks HTTP. */
export type HttpConnectionManager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager']
/** A filter of requests and responses. */
export type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter']
/** The network filter that carries bytes to a cluster. */
export type TcpProxy = Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy']
/** Routes of a listener, by virtual host. */
export type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration']
/** Routes of some host names. */
export type VirtualHost = Messages['envoy.config.route.v3.VirtualHost']
/** One route: a match and what to do. */
export type Route = Messages['envoy.config.route.v3.Route']
/** Which requests a route is for. */
export type RouteMatch = Messages['envoy.config.route.v3.RouteMatch']
/** To which cluster a request goes, and how. */
export type RouteAction = Messages['envoy.config.route.v3.RouteAction']
/** When and how often a request is tried again. */
export type RetryPolicy = Messages['envoy.config.route.v3.RetryPolicy']
/** A condition on one header. */
export type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher']
/** A condition on a text. */
export type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher']
/** A group of hosts that are the same to a client. */
export type Cluster = Messages['envoy.config.cluster.v3.Cluster']
/** Limits of connections and requests to a cluster. */
export type CircuitBreakers = Messages['envoy.config.cluster.v3.CircuitBreakers']
/** When a host that fails is left out. */
export type OutlierDetection = Messages['envoy.config.cluster.v3.OutlierDetection']
/** How HTTP is spoken to a cluster. */
export type HttpProtocolOptions = Messages['envoy.extensions.upstreams.http.v3.HttpProtocolOptions']
/** The endpoints of a cluster. */
export type ClusterLoadAssignment = Messages['envoy.config.endpoint.v3.ClusterLoadAssignment']
/** Endpoints of one place. */
export type LocalityLbEndpoints = Messages['envoy.config.endpoint.v3.LocalityLbEndpoints']
/** An endpoint with its weight and health. */
export type LbEndpoint = Messages['envoy.config.endpoint.v3.LbEndpoint']
/** The address of an endpoint. */
export type Endpoint = Messages['envoy.config.endpoint.v3.Endpoint']
/** An address of any kind. */
export type Address = Messages['envoy.config.core.v3.Address']
/** An IP address or name with a port. */
export type SocketAddress = Messages['envoy.config.core.v3.SocketAddress']
/** Facts for filters, by their names. */
export type Metadata = Messages['envoy.config.core.v3.Metadata']
/** Who a proxy is. */
export type Node = Messages['envoy.config.core.v3.Node']
/** Region, zone and sub-zone. */
export type Locality = Messages['envoy.config.core.v3.Locality']
/** Where a resource comes from. */
export type ConfigSource = Messages['envoy.config.core.v3.ConfigSource']
/** Bytes from a file, or as they are. */
export type DataSource = Messages['envoy.config.core.v3.DataSource']
/** How bytes travel, e.g. in TLS. */
export type TransportSocket = Messages['envoy.config.core.v3.TransportSocket']
/** A named extension with its configuration. */
export type TypedExtensionConfig = Messages['envoy.config.core.v3.TypedExtensionConfig']
/** A header to set or append. */
export type HeaderValueOption = Messages['envoy.config.core.v3.HeaderValueOption']
/** A certificate, a key, or what is trusted. */
export type Secret = Messages['envoy.extensions.transport_sockets.tls.v3.Secret']
/** What both sides of TLS have in common. */
export type CommonTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext']
/** TLS towards a cluster. */
export type UpstreamTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext']
/** TLS towards clients. */
export type DownstreamTlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext']
/** Where and when requests are logged. */
export type AccessLog = Messages['envoy.config.accesslog.v3.AccessLog']
/** Who may do what, as a filter enforces it. */
export type Rbac = Messages['envoy.config.rbac.v3.RBAC']
/** A request of xDS, whole state. */
export type DiscoveryRequest = Messages['envoy.service.discovery.v3.DiscoveryRequest']
/** A response of xDS, whole state. */
export type DiscoveryResponse = Messages['envoy.service.discovery.v3.DiscoveryResponse']
/** A request of xDS, changes only. */
export type DeltaDiscoveryRequest = Messages['envoy.service.discovery.v3.DeltaDiscoveryRequest']
/** A response of xDS, changes only. */
export type DeltaDiscoveryResponse = Messages['envoy.service.discovery.v3.DeltaDiscoveryResponse']
/** One resource of a delta response. */
export type DiscoveryResource = Messages['envoy.service.discovery.v3.Resource']
/** What a proxy starts with. */
export type Bootstrap = Messages['envoy.config.bootstrap.v3.Bootstrap']
/** Names that a proxy answers in DNS. */
export type NameTable = Messages['istio.networking.nds.v1.NameTable']
/** A request for a certificate. */
export type IstioCertificateRequest = Messages['istio.v1.auth.IstioCertificateRequest']
/** A chain of certificates. */
export type IstioCertificateResponse = Messages['istio.v1.auth.IstioCertificateResponse']
