/** A translation as one static Envoy bootstrap, so that `envoy --mode validate` (or a run without istiod) can judge it. */
import type { XdsBundle } from '../resource.ts'
import { RESOURCE_TYPES, typeUrlOf, type ResourceType } from '../wire/encode.ts'
import { typed, type Message } from '../wire/message.ts'
import { HTTP_PROTOCOL_OPTIONS } from '../clusters/http-protocol-options.ts'

/** Extensions of an upstream Envoy that generated configuration may name, as it announces them. */
export const UPSTREAM_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['grpc_stats.v3.FilterConfig', 'grpc_web.v3.GrpcWeb', 'fault.v3.HTTPFault', 'cors.v3.Cors', 'router.v3.Router', 'rbac.v3.RBAC', 'jwt_authn.v3.JwtAuthentication',
    'ext_authz.v3.ExtAuthz', 'dynamic_forward_proxy.v3.FilterConfig'].map((type) => `envoy.filters.http/envoy.extensions.filters.http.${type}`),
  ...['rbac.v3.RBAC', 'ext_authz.v3.ExtAuthz'].map((type) => `envoy.filters.network/envoy.extensions.filters.network.${type}`),
])

/** The bootstrap: route tables and endpoints are put where listeners and clusters name them; ADS and SDS lead to clusters that exist. */
export function staticBootstrap(bundles: readonly XdsBundle[]): Message {
  const of = (type: ResourceType): readonly Message[] => bundles.filter((bundle) => bundle.typeUrl === typeUrlOf(type)).flatMap((bundle) => bundle.resources.map((one) => one.message))
  const tables = new Map(of(RESOURCE_TYPES.route).map((table) => [table['name'], table] as const))
  const assignments = new Map(of(RESOURCE_TYPES.endpoint).map((assignment) => [assignment['clusterName'], assignment] as const))
  return {
    node: { id: 'sidecar~127.0.0.1~web.default~default.svc.cluster.local', cluster: 'web.default' },
    staticResources: {
      listeners: of(RESOURCE_TYPES.listener).map((listener) => replace(listener, 'rds', (rds) => ({ routeConfig: tables.get(rds['routeConfigName']) ?? { name: rds['routeConfigName'] } }))),
      clusters: [grpcCluster('sds-grpc'), grpcCluster('xds-grpc'), ...of(RESOURCE_TYPES.cluster).map((cluster) => {
        if (cluster['type'] !== 'EDS') return cluster
        const { edsClusterConfig: _, ...rest } = cluster
        return { ...rest, type: 'STATIC', loadAssignment: assignments.get(cluster['name']) ?? { clusterName: cluster['name'] } }
      })],
    },
    dynamicResources: { adsConfig: { apiType: 'DELTA_GRPC', transportApiVersion: 'V3', grpcServices: [{ envoyGrpc: { clusterName: 'xds-grpc' } }] } },
  }
}

const grpcCluster = (name: string): Message => ({
  name, type: 'STATIC', connectTimeout: '1s',
  typedExtensionProtocolOptions: { [HTTP_PROTOCOL_OPTIONS]: typed(HTTP_PROTOCOL_OPTIONS, { explicitHttpConfig: { http2ProtocolOptions: {} } }) },
  loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: '/nonexistent' } } } }] }] },
})

/** Replaces a field wherever it stands by other fields. */
function replace(value: Message, field: string, by: (value: Message) => Message): Message {
  const change = (inner: unknown): unknown =>
    Array.isArray(inner) ? inner.map(change) : isMessage(inner) ? replace(inner, field, by) : inner
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, unknown])[] =>
    name === field && isMessage(inner) ? Object.entries(by(inner)) : [[name, change(inner)]]))
}

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
