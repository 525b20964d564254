/** The Gateway API kinds that Istio serves. @see https://gateway-api.sigs.k8s.io */
import { BackendTLSPolicy } from './backend-tls-policy/index.ts'
import { GatewayClass } from './gateway-class/index.ts'
import { KubernetesGateway } from './gateway/index.ts'
import { GRPCRoute } from './grpc-route/index.ts'
import { HTTPRoute } from './http-route/index.ts'
import type { GatewayApiKind } from './kind.ts'
import { TCPRoute, TLSRoute } from './l4-routes/index.ts'
import { ListenerSet } from './listener-set/index.ts'
import { ReferenceGrant } from './reference-grant/index.ts'

export { BackendTLSPolicy, type BackendTLSPolicySpec, type PolicyStatus } from './backend-tls-policy/index.ts'
export type { GRPCRouteFilter, HTTPRouteFilter } from './filters.ts'
export { GatewayClass, type GatewayClassSpec, type GatewayClassStatus } from './gateway-class/index.ts'
export { KubernetesGateway, type KubernetesGatewaySpec, type KubernetesGatewayStatus } from './gateway/index.ts'
export { GRPCRoute, type GRPCRouteRule, type GRPCRouteSpec } from './grpc-route/index.ts'
export { HTTPRoute, type HTTPRouteRule, type HTTPRouteSpec } from './http-route/index.ts'
export type { GatewayApiKind } from './kind.ts'
export { TCPRoute, TLSRoute, type RouteStatus, type TCPRouteSpec, type TLSRouteSpec } from './l4-routes/index.ts'
export { ListenerSet, type ListenerSetSpec, type ListenerSetStatus } from './listener-set/index.ts'
export type { Listener } from './listener.ts'
export type { ParentReference } from './parts.ts'
export { ReferenceGrant, type ReferenceGrantSpec } from './reference-grant/index.ts'

/** All of them, for the catalogue. */
export const gatewayApiKinds: readonly GatewayApiKind[] = [
  GatewayClass, KubernetesGateway, ListenerSet, HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, ReferenceGrant, BackendTLSPolicy,
]
