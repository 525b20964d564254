/** Short names of xDS types, as `proxy-status` shows them. */

const PREFIX = 'type.googleapis.com/'

/** In the order of istioctl's column of subscribed types. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['envoy.config.cluster.v3.Cluster', 'CDS'],
  ['envoy.config.listener.v3.Listener', 'LDS'],
  ['envoy.config.endpoint.v3.ClusterLoadAssignment', 'EDS'],
  ['envoy.config.route.v3.RouteConfiguration', 'RDS'],
  ['envoy.config.core.v3.TypedExtensionConfig', 'ECDS'],
  ['envoy.extensions.transport_sockets.tls.v3.Secret', 'SDS'],
  ['istio.networking.nds.v1.NameTable', 'NDS'],
  ['istio.mesh.v1alpha1.ProxyConfig', 'PCDS'],
  ['istio.workload.Address', 'WDS'],
  ['istio.workload.Workload', 'WDS'],
  ['istio.security.Authorization', 'WADS'],
  ['envoy.config.bootstrap.v3.Bootstrap', 'BDS'],
])

const ORDER = [...new Set(SHORT_NAMES.values())]

/** `CDS` for the type of clusters; the name of an unknown type without its prefix. */
export const shortType = (typeUrl: string): string => SHORT_NAMES.get(typeUrl.replace(PREFIX, '')) ?? typeUrl.replace(PREFIX, '')

/** Known types in istioctl's order, then others by name. */
export const inTypeOrder = (types: readonly string[]): readonly string[] => [...types].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0))

const rank = (type: string): number => (ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length)
