/** `grpc_stats`: counts gRPC messages and leaves them in filter state, where istio.stats and access logs read them. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** One series per upstream, not per method: methods have no bound. */
export const GRPC_STATS: NamedExtension =
  extension('envoy.filters.http.grpc_stats', typed('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', { emitFilterState: true, statsForAllMethods: false }))
