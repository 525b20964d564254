/** Which kind of connection a request needs: the protocol, and what its TLS has to say. */
import type { RequestHead } from '../codec/codec.ts'
import type { PoolProtocol } from '../upstream/host-pool.ts'
import type { ClientTlsVariant } from '../upstream/tls-contexts.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Requests that leave a variant unsaid share these, so that pools compare by identity. */
const PLAIN_VARIANT: ClientTlsVariant = Object.freeze({})
const H2_VARIANT: ClientTlsVariant = Object.freeze({ alpnFallback: Object.freeze(['h2']) })

/** The protocol of the cluster, or the client's own where the cluster follows it. */
export function upstreamProtocol(upstream: Upstream, head: RequestHead): PoolProtocol {
  const { protocol } = upstream.config.http
  if (protocol !== 'downstream') return protocol
  return head.protocol === 'HTTP/2' ? 'http2' : 'http1'
}

/** ALPN, SNI and required name of a request's connections; `previous` is returned when it says the same. `alpn` overrides what the cluster offers. */
export function tlsVariant(upstream: Upstream, authority: string, protocol: PoolProtocol, alpn: readonly string[] | undefined, previous: ClientTlsVariant | undefined): ClientTlsVariant {
  const { http } = upstream.config
  if (!alpn && !http.autoSni && !http.autoSanValidation) return protocol === 'http2' ? H2_VARIANT : PLAIN_VARIANT
  const host = authority.replace(/:\d+$/, '')
  const made: ClientTlsVariant = { ...(alpn ? { alpn } : protocol === 'http2' ? H2_VARIANT : {}), ...(http.autoSni ? { sni: host } : {}), ...(http.autoSanValidation ? { requiredDnsName: host } : {}) }
  return previous && previous.alpn === made.alpn && previous.sni === made.sni && previous.requiredDnsName === made.requiredDnsName ? previous : made
}
