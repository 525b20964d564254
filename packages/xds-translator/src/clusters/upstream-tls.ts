/** TLS towards an upstream: mesh mTLS, or what the user's DestinationRule says. */
import { assertNever } from '@istio-ts/foundation'
import type { TlsSettings, Upstream } from '@istio-ts/mesh-model'
import { METADATA_EXCHANGE, PEER_EXCHANGE_ALPN } from '../network-filters/metadata-exchange/index.ts'
import { minimumVersion } from '../secrets/tls-version.ts'
import { credential, exactNames, fileCertificate, fileRoots, MESH_ROOTS, validation, WORKLOAD_CERTIFICATE } from '../secrets/sds.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'
import type { ClusterScope } from './cluster-scope.ts'

const TLS_SOCKET = 'envoy.transport_sockets.tls'
const UPSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'
const RAW_BUFFER: NamedExtension = extension('envoy.transport_sockets.raw_buffer', typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'))

/** The range Istio allows for all TLS that it starts itself. */
const CLIENT_VERSIONS = { tlsMinimumProtocolVersion: 'TLSv1_2', tlsMaximumProtocolVersion: 'TLSv1_3' }

/** `transportSocket` or `transportSocketMatches` of a cluster. */
export function upstreamSockets(upstream: Upstream, http2: boolean, scope: ClusterScope): Message {
  const { tls } = upstream
  switch (tls.mode) {
    case 'none':
      return {}
    case 'auto':
      if (proxyCertificates(scope) !== undefined) return { transportSocket: ownSocket(tls.sni, tls.subjectAltNames, http2, scope) }
      return { transportSocketMatches: [
        { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket: meshSocket(tls.sni, tls.subjectAltNames, http2, scope) },
        // Endpoints without the label, and all others, get plain text.
        { name: 'tlsMode-disabled', match: {}, transportSocket: RAW_BUFFER },
      ] }
    case 'mesh':
      return { transportSocket: ownSocket(tls.sni, tls.subjectAltNames, http2, scope) }
    case 'simple':
    case 'mutual':
      return { transportSocket: userSocket(tls.settings, http2, scope) }
    default:
      return assertNever(tls)
  }
}

/** Certificates that the proxy brings itself (node metadata TLS_CLIENT_*): mesh mTLS from files. */
function proxyCertificates({ metadata }: ClusterScope): TlsSettings | undefined {
  const [chain, key, root] = ['TLS_CLIENT_CERT_CHAIN', 'TLS_CLIENT_KEY', 'TLS_CLIENT_ROOT_CERT'].map((name) => metadata[name])
  if (typeof chain !== 'string' || chain === '' || typeof key !== 'string') return undefined
  return { mode: 'MUTUAL', clientCertificate: chain, privateKey: key, ...(typeof root === 'string' ? { caCertificates: root } : {}), subjectAltNames: [] }
}

function ownSocket(sni: string, names: readonly string[], http2: boolean, scope: ClusterScope): NamedExtension {
  const own = proxyCertificates(scope)
  return own === undefined ? meshSocket(sni, names, http2, scope) : userSocket({ ...own, sni, subjectAltNames: names }, http2, scope)
}

/** Mesh mTLS: the workload certificate, the mesh roots, the identities that the destination may have. */
function meshSocket(sni: string, names: readonly string[], http2: boolean, scope: ClusterScope): NamedExtension {
  // The token announces a metadata preamble; a client without the filter must not offer it.
  const peerExchange = scope.extensions.has('envoy.filters.upstream_network', METADATA_EXCHANGE) || scope.extensions.has('envoy.filters.network', METADATA_EXCHANGE)
  return extension(TLS_SOCKET, typed(UPSTREAM_TLS, present({
    commonTlsContext: {
      alpnProtocols: [...(peerExchange ? [PEER_EXCHANGE_ALPN] : []), 'istio', ...(http2 ? ['h2'] : [])],
      tlsCertificateSdsSecretConfigs: [WORKLOAD_CERTIFICATE],
      ...validation(MESH_ROOTS, exactNames(names)),
      // meshMTLS settings of MeshConfig bind servers only; clients always start with 1.2.
      tlsParams: CLIENT_VERSIONS,
    },
    sni: sni === '' ? undefined : sni,
  })))
}

/**
 * SIMPLE and MUTUAL: files or credentials as the user named them; system roots unless told otherwise.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings (credentialName: sidecars go on with the paths)
 */
function userSocket(written: TlsSettings, http2: boolean, scope: ClusterScope): NamedExtension {
  const { credentialName: _gateways, ...files } = written
  const settings: TlsSettings = scope.type === 'router' ? written : files
  return extension(TLS_SOCKET, typed(UPSTREAM_TLS, present({
    commonTlsContext: present({
      alpnProtocols: http2 ? ['h2'] : undefined,
      ...certificates(settings),
      ...roots(settings, scope),
      tlsParams: tlsParams(scope.mesh.tlsDefaults),
    }),
    sni: settings.sni === '' ? undefined : settings.sni,
  })))
}

function certificates(settings: TlsSettings): Message {
  if (settings.mode !== 'MUTUAL') return {}
  if (settings.credentialName !== undefined) return { tlsCertificateSdsSecretConfigs: [credential(settings.credentialName)] }
  if (settings.clientCertificate === undefined) return {}
  return { tlsCertificateSdsSecretConfigs: [fileCertificate(settings.clientCertificate, settings.privateKey ?? '')] }
}

function roots(settings: TlsSettings, scope: ClusterScope): Message {
  if (settings.insecureSkipVerify === true) return {}
  const context = present({ ...exactNames(settings.subjectAltNames), crl: settings.caCrl === undefined || settings.caCrl === '' ? undefined : { filename: settings.caCrl } })
  if (settings.credentialName !== undefined) return validation(credential(settings.credentialName, 'ca'), context)
  const file = settings.caCertificates ?? (scope.mesh.verifyCertificateAtClient ? 'system' : undefined)
  return file === undefined ? {} : validation(fileRoots(file), context)
}

const tlsParams = (settings: { readonly minProtocolVersion?: string; readonly cipherSuites: readonly string[]; readonly ecdhCurves: readonly string[] }): Message =>
  present({
    ...CLIENT_VERSIONS,
    ...minimumVersion(settings.minProtocolVersion),
    cipherSuites: settings.cipherSuites.length === 0 ? undefined : settings.cipherSuites,
    ecdhCurves: settings.ecdhCurves.length === 0 ? undefined : settings.ecdhCurves,
  })
