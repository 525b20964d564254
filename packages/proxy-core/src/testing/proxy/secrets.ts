/** SDS secrets and TLS sockets for tests. */
import type { Secret, TransportSocket } from '../../config/wire.ts'

/** A workload's own certificate. */
export const certificateSecret = (name: string, chainPem: string, keyPem: string): Secret => ({ name, tlsCertificate: { certificateChain: { inlineString: chainPem }, privateKey: { inlineString: keyPem } } })

/** Trust anchors. */
export const trustSecret = (name: string, caPem: string): Secret => ({ name, validationContext: { trustedCa: { inlineString: caPem } } })

const common = (sans: readonly object[], alpn: readonly string[]): object => ({
  alpnProtocols: alpn,
  tlsCertificateSdsSecretConfigs: [{ name: 'default', sdsConfig: { ads: {}, initialFetchTimeout: '0s' } }],
  combinedValidationContext: { defaultValidationContext: { matchSubjectAltNames: sans }, validationContextSdsSecretConfig: { name: 'ROOTCA', sdsConfig: { ads: {}, initialFetchTimeout: '0s' } } },
})

/** The client side of mesh mTLS; the server must have this SPIFFE id. */
export const meshClientTls = (serverId: string, alpn: readonly string[] = ['istio-peer-exchange', 'istio']): TransportSocket => ({
  name: 'envoy.transport_sockets.tls',
  typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', sni: 'outbound_.80_._.b.default.svc.cluster.local', commonTlsContext: common([{ exact: serverId }], alpn) },
})

/** The server side; clients must be of the trust domain. */
export const meshServerTls = (trustDomain = 'cluster.local'): TransportSocket => ({
  name: 'envoy.transport_sockets.tls',
  typedConfig: {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
    requireClientCertificate: true,
    commonTlsContext: common([{ prefix: `spiffe://${trustDomain}/` }], ['istio-peer-exchange', 'h2', 'http/1.1']),
  },
})
