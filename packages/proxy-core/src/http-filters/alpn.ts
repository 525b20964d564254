/** istio.alpn: what a sidecar offers in TLS to another one, by the protocol of the request. @see istio source alpn filter */
import { isRecord, openAny } from '../config/wire.ts'
import type { HttpFilterKind } from '../http/http-filter.ts'
import type { Upstream } from '../upstream/upstream.ts'

const TYPE = 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig'

export const alpnFilter: HttpFilterKind = {
  types: [TYPE],
  compile(name, config) {
    const { body } = openAny(config)
    const overrides = new Map<string, readonly string[]>()
    const entries: readonly unknown[] = Array.isArray(body['alpnOverride']) ? body['alpnOverride'] : Array.isArray(body['alpn_override']) ? body['alpn_override'] : []
    for (const entry of entries) {
      if (!isRecord(entry)) continue
      const protocol = entry['upstreamProtocol'] ?? entry['upstream_protocol'] ?? 'HTTP10'
      const list = entry['alpnOverride'] ?? entry['alpn_override']
      if (typeof protocol === 'string' && Array.isArray(list)) overrides.set(protocol, Object.freeze(list.filter((item) => typeof item === 'string')))
    }
    if (overrides.size === 0) return undefined
    const override = (protocol: 'http1' | 'http2', upstream: Upstream): readonly string[] | undefined =>
      forbidsOverride(upstream) ? undefined : overrides.get(protocol === 'http2' ? 'HTTP2' : 'HTTP11')
    return {
      name,
      onRequest(exchange) {
        exchange.alpnOverride = override
        return 'continue'
      },
    }
  },
}

/** Clusters say `istio: {alpn_override: "false"}` where the peer is no sidecar (a user's own TLS). */
function forbidsOverride(upstream: Upstream): boolean {
  const istio = upstream.metadata['istio']
  return isRecord(istio) && (istio['alpn_override'] === 'false' || istio['alpn_override'] === false)
}
