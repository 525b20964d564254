/** Transport sockets of both sides compiled: plaintext or TLS with its rules and the names of its secrets. */
import { compileStringMatcher, type StringTest } from '../match/string-matcher.ts'
import { noteBadField, noteUnknown, type Report } from '../config/report.ts'
import { inlineText } from '../secrets/data-source.ts'
import { unpack, type CertificateValidationContext, type CommonTlsContext, type TransportSocket } from '../config/wire.ts'
import { durationMs } from '../config/scalars.ts'

/** A compiled transport socket; compared by identity. */
export type CompiledSocket = PlainSocket | TlsSocket

export interface PlainSocket {
  readonly kind: 'raw'
}

export interface TlsSocket {
  readonly kind: 'tls'
  readonly side: 'client' | 'server'
  /** SDS name of the own certificate; undefined when it is inline or there is none. */
  readonly certificate: string | undefined
  readonly inlineCertificate: { readonly chainPem: string; readonly keyPem: string } | undefined
  /** SDS name of the trust anchors. */
  readonly validation: string | undefined
  readonly inlineTrustPem: string | undefined
  readonly sanTests: readonly SanTest[]
  readonly requireClientCertificate: boolean
  readonly alpn: readonly string[]
  readonly sni: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly cipherSuites: readonly string[]
  readonly initialFetchTimeoutMs: number
}

/** One accepted subject alternative name; `any` type matches URI and DNS names alike. */
export interface SanTest {
  readonly type: 'uri' | 'dns' | 'any' | 'other'
  readonly test: StringTest
}

/** The one plaintext socket. */
export const PLAINTEXT: PlainSocket = Object.freeze({ kind: 'raw' })

/**
 * Token of Istio's TCP metadata exchange: whoever negotiates it expects a preamble on the wire. This proxy does not send
 * one, so the token is never offered nor accepted (DESIGN.md, "TLS as Envoy does it").
 */
const PREAMBLE_ALPN = 'istio-peer-exchange'

/** Compiles a transport socket; absent = plaintext. */
export function compileSocket(socket: TransportSocket | undefined, side: 'client' | 'server', path: string, report: Report): CompiledSocket {
  const config = socket?.typedConfig
  if (!config) {
    if (socket?.name && socket.name !== 'envoy.transport_sockets.raw_buffer' && socket.name !== 'raw_buffer') noteBadField(report, path, `transport socket ${socket.name} has no configuration`)
    return PLAINTEXT
  }
  if (config['@type'].endsWith('.RawBuffer')) return PLAINTEXT
  const upstream = unpack(config, 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext')
  if (upstream && side === 'client') return compileTls('client', upstream.commonTlsContext ?? {}, upstream.sni ?? '', false, path, report)
  const downstream = unpack(config, 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext')
  if (downstream && side === 'server') return compileTls('server', downstream.commonTlsContext ?? {}, '', downstream.requireClientCertificate === true, path, report)
  noteUnknown(report, path, socket.name ?? '', config['@type'])
  return PLAINTEXT
}

function compileTls(side: TlsSocket['side'], common: CommonTlsContext, sni: string, requireClientCertificate: boolean, path: string, report: Report): TlsSocket {
  const sds = common.tlsCertificateSdsSecretConfigs?.[0]
  const inline = common.tlsCertificates?.[0]
  const combined = common.combinedValidationContext
  const validationSds = combined?.validationContextSdsSecretConfig ?? common.validationContextSdsSecretConfig
  const validation = combined?.defaultValidationContext ?? common.validationContext
  return {
    kind: 'tls',
    side,
    certificate: sds?.name,
    inlineCertificate: inline ? { chainPem: inlineText(inline.certificateChain), keyPem: inlineText(inline.privateKey) } : undefined,
    validation: validationSds?.name,
    inlineTrustPem: validation?.trustedCa ? inlineText(validation.trustedCa) : undefined,
    sanTests: validation ? compileSans(validation, path, report) : [],
    requireClientCertificate,
    alpn: (common.alpnProtocols ?? []).filter((name) => name !== PREAMBLE_ALPN),
    sni,
    minVersion: common.tlsParams?.tlsMinimumProtocolVersion === 'TLSv1_3' ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: common.tlsParams?.tlsMaximumProtocolVersion === 'TLSv1_2' ? 'TLSv1.2' : 'TLSv1.3',
    cipherSuites: common.tlsParams?.cipherSuites ?? [],
    // Envoy waits 15 s for a secret, forever when told 0.
    initialFetchTimeoutMs: durationMs((sds ?? validationSds)?.sdsConfig?.initialFetchTimeout, 15_000),
  }
}

function compileSans(context: CertificateValidationContext, path: string, report: Report): readonly SanTest[] {
  const typed = (context.matchTypedSubjectAltNames ?? []).map((entry, i): SanTest => ({
    type: entry.sanType === 'URI' ? 'uri' : entry.sanType === 'DNS' ? 'dns' : 'other',
    test: compileStringMatcher(entry.matcher ?? {}, `${path}.matchTypedSubjectAltNames[${i}]`, report),
  }))
  const untyped = (context.matchSubjectAltNames ?? []).map((matcher, i): SanTest => ({ type: 'any', test: compileStringMatcher(matcher, `${path}.matchSubjectAltNames[${i}]`, report) }))
  return [...typed, ...untyped]
}

/** The SDS names a socket needs. */
export function secretNames(socket: CompiledSocket): readonly string[] {
  if (socket.kind === 'raw') return []
  return [socket.certificate, socket.validation].filter((name) => name !== undefined)
}

/**
 * Checks a verified peer's names against the accepted ones.
 * @returns why the peer is refused, or undefined when it is accepted
 */
export function checkPeerNames(tests: readonly SanTest[], uris: readonly string[], dnsNames: readonly string[]): string | undefined {
  // X.509-SVID section 2: a certificate with several URI names has no one identity.
  if (uris.length > 1 && uris.some((uri) => uri.startsWith('spiffe://'))) return `verify SAN list: the peer carries ${uris.length} URI names, a SPIFFE identity is exactly one`
  if (tests.length === 0) return undefined
  for (const { type, test } of tests) {
    if (type !== 'dns' && type !== 'other' && uris.some(test)) return undefined
    if (type !== 'uri' && type !== 'other' && dnsNames.some(test)) return undefined
  }
  return `verify SAN list: no subject alternative name of the peer (${[...uris, ...dnsNames].join(', ') || 'none'}) is accepted`
}
