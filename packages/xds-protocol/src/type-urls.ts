/** xDS type URLs, and what the protocol says of some of them. */

const envoy = 'type.googleapis.com/envoy'

/** CDS: destinations and how to reach them. */
export const CLUSTER_TYPE = `${envoy}.config.cluster.v3.Cluster`
/** EDS: who answers for a cluster; asked by name. */
export const ENDPOINT_TYPE = `${envoy}.config.endpoint.v3.ClusterLoadAssignment`
/** LDS: who is listened to, and what becomes of it. */
export const LISTENER_TYPE = `${envoy}.config.listener.v3.Listener`
/** RDS: route tables; asked by name. */
export const ROUTE_TYPE = `${envoy}.config.route.v3.RouteConfiguration`
/** SDS: certificates, keys and trust anchors; asked by name. */
export const SECRET_TYPE = `${envoy}.extensions.transport_sockets.tls.v3.Secret`
/** ECDS: configurations of filters; asked by name. */
export const EXTENSION_CONFIG_TYPE = `${envoy}.config.core.v3.TypedExtensionConfig`

/** Istio's short name of a type, as its metrics and `proxy-status` say it; other types keep their URL. */
export const shortTypeName = (typeUrl: string): string => shortNames.get(typeUrl) ?? typeUrl

const shortNames: ReadonlyMap<string, string> = new Map([
  [CLUSTER_TYPE, 'cds'], [ENDPOINT_TYPE, 'eds'], [LISTENER_TYPE, 'lds'], [ROUTE_TYPE, 'rds'],
  [SECRET_TYPE, 'sds'], [EXTENSION_CONFIG_TYPE, 'ecds'],
])

/**
 * Types whose first request without names does not mean "all": they are always asked by name. All others follow the old rule.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
 */
export const isAskedByName = (typeUrl: string): boolean => askedByName.has(typeUrl)

const askedByName: ReadonlySet<string> = new Set([ENDPOINT_TYPE, ROUTE_TYPE, SECRET_TYPE, EXTENSION_CONFIG_TYPE])

/**
 * Types of which a state-of-the-world response holds everything subscribed, so that absence means removal; in others a response
 * holds what changed. @see https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#grouping-resources-into-responses
 */
export const isFullState = (typeUrl: string): boolean => !isAskedByName(typeUrl)
