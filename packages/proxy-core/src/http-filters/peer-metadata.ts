/** Istio's peer metadata over headers: tells the peer who we are, and learns who it is, for metrics only. */
import { isRecord, openAny } from '../config/wire.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'

/** The two headers of the exchange. */
const METADATA = 'x-envoy-peer-metadata'
const ID = 'x-envoy-peer-metadata-id'

export const peerMetadataFilter: HttpFilterKind = {
  types: ['io.istio.http.peer_metadata.Config'],
  compile(name, config, context) {
    const { body } = openAny(config)
    const fromClient = names(body, 'downstream_discovery', 'downstreamDiscovery')
    const toClient = names(body, 'downstream_propagation', 'downstreamPropagation')
    const fromServer = names(body, 'upstream_discovery', 'upstreamDiscovery')
    const toServer = names(body, 'upstream_propagation', 'upstreamPropagation')
    const { nodeId, peerMetadata } = context.local
    return {
      name,
      onRequest(exchange) {
        const { head, info, runtime } = exchange
        if (fromClient) {
          const value = head.get(METADATA)
          if (value !== undefined) {
            info.peer = runtime.peers.get(value)
            head.remove(METADATA)
            ;(exchange.filterState ??= new Map<string, unknown>()).set(name, true)
          }
          if (head.has(ID)) head.remove(ID)
        }
        if (toServer) {
          head.set(ID, nodeId)
          head.set(METADATA, peerMetadata)
        }
        return 'continue'
      },
      onResponse(exchange, head) {
        const { info, runtime } = exchange
        if (fromServer) {
          const value = head.get(METADATA)
          if (value !== undefined) {
            info.peer = runtime.peers.get(value)
            head.remove(METADATA)
          }
          if (head.has(ID)) head.remove(ID)
        }
        // Only to those who introduced themselves: nobody else wants these headers.
        if (toClient && exchange.filterState?.get(name) === true) {
          head.set(ID, nodeId)
          head.set(METADATA, peerMetadata)
        }
      },
    }
  },
}

/** True if a list of methods holds `istio_headers`. */
function names(body: Readonly<Record<string, unknown>>, snake: string, camel: string): boolean {
  const list = body[snake] ?? body[camel]
  return Array.isArray(list) && list.some((entry) => isRecord(entry) && ('istio_headers' in entry || 'istioHeaders' in entry))
}
