/** What each workload should do: resources in, one proxy view out; knows no Envoy. */
export { meshModel, type KeyedView, type MeshModel, type MeshModelOptions } from './mesh-model.ts'
export type { AnnouncedExtensions, InterceptionMode, Locality, ProxyIdentity, ProxyType } from './identity/proxy-identity.ts'
export type { ClusterInputs, MeshInputs } from './inputs/mesh-inputs.ts'
export type { Bundle } from './view/bundle.ts'
export type {
  ConnectionPool, DestinationPolicy, HashOn, LoadBalancing, LocalityBalancing, OutlierDetection, TcpKeepalive, TlsSettings, TunnelSettings, Warmup,
} from './view/destination-policy.ts'
export type { Endpoint, EndpointAddress, EndpointGroup, LocalityEndpoints, WorkloadFacts } from './view/endpoint-group.ts'
export type { GatewayChain, GatewayListener, GatewayView } from './view/gateway-view.ts'
export type { DefaultEndpoint, InboundServer, InboundView, ServerTls } from './view/inbound-server.ts'
export type { LoopbackView } from './view/loopback-view.ts'
export type { MeshSettings } from './view/mesh-settings.ts'
export type { ConnectTarget, HttpChain, HttpProxyListener, OutboundListener, TcpChain } from './view/outbound-listener.ts'
export type { OutboundView, ProxyClass, ProxyView } from './view/proxy-view.ts'
export type {
  CorsPolicy, DirectResponse, Fault, Forward, HeaderChanges, HeaderOperations, Mirror, Redirect, RetryPolicy, Rewrite, RouteAction, RouteTarget, WeightedDestination,
} from './view/route-action.ts'
export type { ClaimMatch, HeaderMatch, PathMatch, QueryParameterMatch, RouteMatch, StringMatch } from './view/route-match.ts'
export type { Route, RouteTable, UnknownHost, VirtualHost } from './view/route-table.ts'
export type { SecretRef } from './view/secret-ref.ts'
export type {
  AuthorizationPolicies, AuthorizationPolicyRules, AuthorizationRule, ConditionRule, CustomAuthorization, ExternalAuthorizer, JwtRule, MutualTlsMode, OperationRule,
  PeerPolicy, SecurityPolicy, SourceRule, ValueRule,
} from './view/security-policy.ts'
export { isHttp, isHttp2, isTls, type Protocol, type ServiceFacts, type ServicePortFacts } from './view/service-facts.ts'
export type { Cidr4or6, TcpAction } from './view/tcp-route.ts'
export type { AccessLog, AccessLogFormat, CustomTag, MetricOverride, Metrics, TelemetryMode, TelemetryPolicy, Tracing } from './view/telemetry-policy.ts'
export type { Resolution, Upstream, UpstreamRef, UpstreamTls } from './view/upstream.ts'
