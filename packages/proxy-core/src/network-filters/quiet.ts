/** Network filters that are understood and need nothing at run time here. */
import type { NetworkFilterKind } from './network-filter.ts'

/**
 * Istio's TCP metadata exchange. Its preamble is only spoken when ALPN `istio-peer-exchange` was negotiated, and this proxy
 * never offers or accepts that token (see upstream/transport-socket.ts), so there is nothing to say.
 */
export const metadataExchangeFilter: NetworkFilterKind = { types: ['envoy.tcp.metadataexchange.config.MetadataExchange'], compile: () => undefined }

/** Waypoint and tunnel plumbing: values for filters that this proxy does not have. */
export const setFilterStateFilter: NetworkFilterKind = { types: ['envoy.extensions.filters.network.set_filter_state.v3.Config'], compile: () => undefined }

/** Protocol statistics of Envoy that this proxy does not take; the bytes pass unchanged, as they do there. */
export const protocolStatsFilter: NetworkFilterKind = {
  types: ['envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', 'envoy.extensions.filters.network.mysql_proxy.v3.MySQLProxy'],
  compile: () => undefined,
}
