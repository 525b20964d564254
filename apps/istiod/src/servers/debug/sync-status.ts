/** `/debug/syncz` and `/debug/adsz`: who is connected, and whether they have what they should have. */
import { CLUSTER_TYPE, ENDPOINT_TYPE, EXTENSION_CONFIG_TYPE, LISTENER_TYPE, ROUTE_TYPE, sliceSize, type ConnectionInfo, type ConnectionType } from '@istio-ts/xds-protocol'

/** One proxy, in the form of Istio's `/debug/syncz`; nonces stand where Istio has them, `''` for what was never asked. */
export interface SyncStatus {
  readonly cluster_id: string
  readonly proxy: string
  readonly proxy_type: string
  readonly istio_version: string
  readonly cluster_sent: string
  readonly cluster_acked: string
  readonly listener_sent: string
  readonly listener_acked: string
  readonly route_sent: string
  readonly route_acked: string
  readonly endpoint_sent: string
  readonly endpoint_acked: string
  readonly extensionconfig_sent: string
  readonly extensionconfig_acked: string
  /** What the proxy refused last, by type URL; ours. */
  readonly errors: Readonly<Record<string, string>>
}

/** `name.namespace`, as `proxy-status` shows proxies. */
export const proxyName = (connection: ConnectionInfo): string => connection.client.node.id.split('~')[2] ?? connection.client.node.id

/** The status of one connection. */
export function syncStatus(connection: ConnectionInfo): SyncStatus {
  const { node } = connection.client
  const byType = new Map(connection.types.map((type) => [type.typeUrl, type]))
  const sent = (typeUrl: string): string => byType.get(typeUrl)?.sentNonce ?? ''
  const acked = (typeUrl: string): string => byType.get(typeUrl)?.ackedNonce ?? ''
  return {
    cluster_id: typeof node.metadata['CLUSTER_ID'] === 'string' ? node.metadata['CLUSTER_ID'] : '',
    proxy: proxyName(connection),
    proxy_type: node.id.split('~')[0] ?? '',
    istio_version: typeof node.metadata['ISTIO_VERSION'] === 'string' ? node.metadata['ISTIO_VERSION'] : '',
    cluster_sent: sent(CLUSTER_TYPE), cluster_acked: acked(CLUSTER_TYPE),
    listener_sent: sent(LISTENER_TYPE), listener_acked: acked(LISTENER_TYPE),
    route_sent: sent(ROUTE_TYPE), route_acked: acked(ROUTE_TYPE),
    endpoint_sent: sent(ENDPOINT_TYPE), endpoint_acked: acked(ENDPOINT_TYPE),
    extensionconfig_sent: sent(EXTENSION_CONFIG_TYPE), extensionconfig_acked: acked(EXTENSION_CONFIG_TYPE),
    errors: Object.fromEntries(connection.types.flatMap(({ typeUrl, error }) => (error === undefined ? [] : [[typeUrl, error]]))),
  }
}

/** All connections with their subscriptions, in the form of Istio's `/debug/adsz`. */
export const adsStatus = (connections: readonly ConnectionInfo[]): unknown => ({
  totalClients: connections.length,
  clients: connections.map((connection) => ({
    connectionId: connection.client.connectionId,
    connectedAt: new Date(connection.connectedAt).toISOString(),
    address: connection.client.peer.address,
    security: connection.client.peer.security,
    metadata: connection.client.node.metadata,
    variant: connection.variant,
    watches: Object.fromEntries(connection.types.map((type) => [type.typeUrl, watch(type, connection)])),
  })),
})

const watch = (type: ConnectionType, connection: ConnectionInfo): unknown => {
  const slice = connection.snapshot.types.get(type.typeUrl)
  return { subscribed: type.subscribed, available: slice ? sliceSize(slice) : 0, sent: type.sentNonce, acked: type.ackedNonce, ...(type.error === undefined ? {} : { error: type.error }) }
}
