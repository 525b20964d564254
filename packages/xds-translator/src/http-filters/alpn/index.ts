/** `istio.alpn`: offers `istio-http/1.1` and the like upstream, by which a permissive server knows mesh traffic from plain TLS. */
import { typed } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** Upstream protocol -> ALPN offered; HTTP10 is the enum's zero value and so stays unwritten. */
export const ALPN: NamedExtension = extension('istio.alpn', typed('istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', {
  alpnOverride: [
    { alpnOverride: ['istio-http/1.0', 'istio', 'http/1.0'] },
    { upstreamProtocol: 'HTTP11', alpnOverride: ['istio-http/1.1', 'istio', 'http/1.1'] },
    { upstreamProtocol: 'HTTP2', alpnOverride: ['istio-h2', 'istio', 'h2'] },
  ],
}))
