/** `istio.metadata_exchange` for TCP: a preamble on connections whose ALPN is `istio-peer-exchange` tells each peer the other's workload. */
import { typedStruct } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The ALPN token that means "a metadata preamble follows"; offered only by a proxy that has the filter. */
export const PEER_EXCHANGE_ALPN = 'istio-peer-exchange'

/** The same filter for listeners and, as an upstream filter, for clusters. */
export const METADATA_EXCHANGE: NamedExtension = extension(
  'istio.metadata_exchange',
  typedStruct('envoy.tcp.metadataexchange.config.MetadataExchange', { protocol: PEER_EXCHANGE_ALPN, enable_discovery: true }),
)
