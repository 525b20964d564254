/** Names of clusters. @see https://github.com/istio/istio/blob/master/pilot/pkg/model/push_context.go BuildSubsetKey */

/** Nowhere: what may not go on. */
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster'
/** Where the client wanted to go anyway. */
export const PASSTHROUGH_CLUSTER = 'PassthroughCluster'
/** To the port of the workload that the client wanted, for ports that no Service names. */
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster'
/** To the host of the request, resolved when it is asked for. */
export const DYNAMIC_DNS_CLUSTER = 'AllowAnyDynamicDNSCluster'

/** `outbound|80|v1|reviews.default.svc.cluster.local`. */
export const outboundCluster = (host: string, port: number, subset = ''): string => `outbound|${port}|${subset}|${host}`

/** `inbound|8080||`: inbound clusters are named by the port where the workload listens; the host lives in metadata. */
export const inboundCluster = (targetPort: number): string => `inbound|${targetPort}||`
