/** Filters that are understood and need nothing at run time here: their configuration is taken, the chain goes on. */
import type { HttpFilterKind } from '../http/http-filter.ts'

const quiet = (...types: readonly string[]): HttpFilterKind => ({ types, compile: () => undefined })

/** The router is the end of every chain; forwarding is the exchange's own last step. */
export const routerFilter: HttpFilterKind = quiet('envoy.extensions.filters.http.router.v3.Router')

/** Message counts are taken by the metrics filter; Envoy's filter state of the same name has no other reader here. */
export const grpcStatsFilter: HttpFilterKind = quiet('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig')

/** Names are resolved by the cluster of the same kind when a request is forwarded. */
export const dynamicForwardProxyFilter: HttpFilterKind = quiet('envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig')
