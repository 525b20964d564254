/** TLS of servers: mesh mTLS of a sidecar, or the certificates of a Sidecar ingress or Gateway. */
import type { MeshSettings, ServerTls } from '@istio-ts/mesh-model'
import type { Extensions } from '../extensions.ts'
import { METADATA_EXCHANGE, PEER_EXCHANGE_ALPN } from '../network-filters/metadata-exchange/index.ts'
import { credential, exactNames, fileCertificate, fileRoots, MESH_ROOTS, validation, WORKLOAD_CERTIFICATE } from '../secrets/sds.ts'
import { minimumVersion, tlsVersion } from '../secrets/tls-version.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'

const DOWNSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'
const socket = (context: Message): NamedExtension => extension('envoy.transport_sockets.tls', typed(DOWNSTREAM_TLS, context))

/** Cipher suites of TLS 1.2 that Istio offers inside the mesh: forward secrecy first, no CBC. */
const MESH_CIPHERS = [
  'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384', 'AES128-GCM-SHA256',
]

/** ALPN of a server: a TCP chain also takes the metadata preamble, if the proxy has the filter that reads it. */
export const serverAlpn = (tcp: boolean, extensions: Extensions): readonly string[] =>
  [...(tcp && extensions.has('envoy.filters.network', METADATA_EXCHANGE) ? [PEER_EXCHANGE_ALPN] : []), 'h2', 'http/1.1']

/** Certificates that a proxy brings itself instead of the workload's. */
export interface ProxyCertificates {
  readonly certificate?: Message
  readonly roots?: Message
}

/** Files named by node metadata TLS_SERVER_*. */
export function proxyCertificates(metadata: Readonly<Record<string, unknown>>): ProxyCertificates {
  const [chain, key, root] = ['TLS_SERVER_CERT_CHAIN', 'TLS_SERVER_KEY', 'TLS_SERVER_ROOT_CERT'].map((name) => metadata[name])
  return {
    ...(typeof chain === 'string' && typeof key === 'string' ? { certificate: fileCertificate(chain, key) } : {}),
    ...(typeof root === 'string' ? { roots: fileRoots(root) } : {}),
  }
}

/** Mesh mTLS: a client certificate of one of the mesh's trust domains is demanded. */
export const meshServerSocket = (alpn: readonly string[], mesh: MeshSettings, own: ProxyCertificates): NamedExtension => socket({
  commonTlsContext: {
    alpnProtocols: alpn,
    tlsCertificateSdsSecretConfigs: [own.certificate ?? WORKLOAD_CERTIFICATE],
    ...validation(own.roots ?? MESH_ROOTS, { matchSubjectAltNames: [mesh.trustDomain, ...mesh.trustDomainAliases].map((domain) => ({ prefix: `spiffe://${domain}/` })) }),
    tlsParams: present({
      tlsMinimumProtocolVersion: 'TLSv1_2',
      ...minimumVersion(mesh.meshTls.minProtocolVersion),
      tlsMaximumProtocolVersion: 'TLSv1_3',
      cipherSuites: mesh.meshTls.cipherSuites.length > 0 ? mesh.meshTls.cipherSuites : MESH_CIPHERS,
      ecdhCurves: mesh.meshTls.ecdhCurves.length > 0 ? mesh.meshTls.ecdhCurves : undefined,
    }),
  },
  requireClientCertificate: true,
})

/** A server with the user's own certificate. `tcp` = nothing is negotiated inside. */
export function userServerSocket(tls: ServerTls, alpn: readonly string[], mesh: MeshSettings): NamedExtension {
  const mutual = tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL'
  return socket(present({
    commonTlsContext: present({
      alpnProtocols: alpn,
      tlsCertificateSdsSecretConfigs: certificates(tls),
      ...(mutual ? clientValidation(tls) : {}),
      tlsParams: tlsParams(tls, mesh),
    }),
    requireClientCertificate: mutual && tls.mode !== 'OPTIONAL_MUTUAL',
  }))
}

function certificates(tls: ServerTls): readonly Message[] {
  if (tls.mode === 'ISTIO_MUTUAL') return [WORKLOAD_CERTIFICATE]
  if (tls.credentialNames.length > 0) return tls.credentialNames.map((name) => credential(name))
  if (tls.credentialName !== undefined && tls.credentialName !== '') return [credential(tls.credentialName)]
  return [fileCertificate(tls.serverCertificate ?? '', tls.privateKey ?? '')]
}

/** Roots: a credential of their own, those beside the certificate, a file, or the mesh's. */
function clientValidation(tls: ServerTls): Message {
  const context = present({
    ...exactNames(tls.subjectAltNames),
    verifyCertificateSpki: tls.verifyCertificateSpki.length === 0 ? undefined : tls.verifyCertificateSpki,
    verifyCertificateHash: tls.verifyCertificateHash.length === 0 ? undefined : tls.verifyCertificateHash,
    crl: tls.caCrl === undefined || tls.caCrl === '' ? undefined : { filename: tls.caCrl },
  })
  if (tls.mode === 'ISTIO_MUTUAL') return validation(MESH_ROOTS, context)
  const name = tls.caCertCredentialName || tls.credentialName || tls.credentialNames[0]
  if (name !== undefined && name !== '') return validation(credential(name, 'ca'), context)
  return tls.caCertificates === undefined || tls.caCertificates === '' ? {} : validation(fileRoots(tls.caCertificates), context)
}

/** Only what somebody asked for: Envoy's own defaults are good. */
function tlsParams(tls: ServerTls, mesh: MeshSettings): Message | undefined {
  const params = present({
    tlsMinimumProtocolVersion: tlsVersion(tls.minProtocolVersion) ?? tlsVersion(mesh.tlsDefaults.minProtocolVersion),
    tlsMaximumProtocolVersion: tlsVersion(tls.maxProtocolVersion),
    cipherSuites: tls.cipherSuites.length > 0 ? tls.cipherSuites : mesh.tlsDefaults.cipherSuites.length > 0 ? mesh.tlsDefaults.cipherSuites : undefined,
    ecdhCurves: mesh.tlsDefaults.ecdhCurves.length > 0 ? mesh.tlsDefaults.ecdhCurves : undefined,
  })
  return Object.keys(params).length === 0 ? undefined : params
}
