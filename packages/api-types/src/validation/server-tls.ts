/** TLS of servers. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { ServerTlsSettings } from '../istio/shared/server-tls.ts'
import type { Findings } from './findings.ts'

/** Cipher suites of BoringSSL by their OpenSSL names; without pre-shared keys. */
const CIPHERS: ReadonlySet<string> = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA',
])
const MAX_CERTIFICATES = 2

/** Checks TLS settings of a server. */
export function checkServerTls(tls: ServerTlsSettings | undefined, at: Findings): void {
  if (!tls) return
  checkCiphers(tls, at)
  switch (tls.mode ?? 'PASSTHROUGH') {
    case 'ISTIO_MUTUAL':
      return checkMeshCertificates(tls, at)
    case 'PASSTHROUGH':
    case 'AUTO_PASSTHROUGH':
      return checkUnused(tls, at)
    default:
      return checkCertificates(tls, at)
  }
}

function checkCiphers(tls: ServerTlsSettings, at: Findings): void {
  const suites = tls.cipherSuites ?? []
  if ((tls.minProtocolVersion === 'TLSV1_0' || tls.minProtocolVersion === 'TLSV1_1') && suites.length === 0) {
    at.add(found.questionable('TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers', 'Set cipherSuites.'))
  }
  const invalid = suites.filter((suite) => !isCipher(suite))
  const repeated = suites.filter((suite, i) => isCipher(suite) && suites.indexOf(suite) < i)
  if (invalid.length > 0) at.at('cipherSuites').add(found.ineffective(`ignoring invalid cipher suites: ${listed(invalid)}`))
  if (repeated.length > 0) at.at('cipherSuites').add(found.ineffective(`ignoring duplicate cipher suites: ${listed(repeated)}`))
}

const listed = (names: readonly string[]): string => `[${[...new Set(names)].sort().join(' ')}]`

/** A suite, `ALL`, or an expression with operators such as `[A|B]` or `!A`, which Istio hands on. */
const isCipher = (name: string): boolean => name === '' || name === 'ALL' || !/^[\p{L}\p{N}]/u.test(name) || CIPHERS.has(name)

/** The certificates of the mesh are used; others would contradict. */
function checkMeshCertificates(tls: ServerTlsSettings, at: Findings): void {
  const given: readonly (readonly [unknown, string, keyof ServerTlsSettings])[] = [
    [tls.serverCertificate, 'server certificate', 'serverCertificate'],
    [tls.privateKey, 'private key', 'privateKey'],
    [tls.caCertificates, 'CA bundle', 'caCertificates'],
    [tls.credentialName, 'credentialName', 'credentialName'],
    [tls.credentialNames?.length, 'credentialNames', 'credentialNames'],
    [tls.tlsCertificates?.length, 'tlsCertificates', 'tlsCertificates'],
  ]
  for (const [value, what, field] of given) if (value) at.at(field).add(found.invalidTls(`ISTIO_MUTUAL TLS cannot have associated ${what}`, 'Remove it; ISTIO_MUTUAL uses the certificates of the mesh.'))
}

function checkUnused(tls: ServerTlsSettings, at: Findings): void {
  const { caCrl, serverCertificate, privateKey, caCertificates, credentialName, credentialNames, tlsCertificates } = tls
  if (caCrl || serverCertificate || privateKey || caCertificates || credentialName || credentialNames?.length || tlsCertificates?.length) {
    at.add(found.ineffective(`${tls.mode ?? 'PASSTHROUGH'} mode does not use certificates, they will be ignored`))
  }
}

function checkCertificates(tls: ServerTlsSettings, at: Findings): void {
  const mode = tls.mode === 'SIMPLE' ? 'SIMPLE' : 'MUTUAL'
  const names = tls.credentialNames ?? []
  const certificates = tls.tlsCertificates ?? []
  const sources = [tls.credentialName, names.length, certificates.length, tls.serverCertificate || tls.privateKey].filter(Boolean).length
  if (sources > 1) at.add(found.invalidTls('only one of credential_name, credential_names, server_certificate/private_key or tls_certificates should be specified', 'Keep one source of certificates.'))
  for (const [field, list] of [['credentialNames', names], ['tlsCertificates', certificates]] as const) {
    if (list.length > MAX_CERTIFICATES) at.at(field).add(found.ineffective(`${mode} TLS can support up to ${MAX_CERTIFICATES} server certificates`, 'Give one per key type.'))
  }
  // A secret holds key, certificate and authorities.
  if (tls.credentialName || names.length > 0) return
  if (certificates.length === 0) checkPair(mode, tls.serverCertificate, tls.privateKey, at)
  at.each('tlsCertificates', certificates, (certificate, place) => checkPair(mode, certificate.serverCertificate, certificate.privateKey, place))
  if (mode === 'MUTUAL' && !tls.caCertificates && !tls.caCertCredentialName) at.add(found.invalidTls('MUTUAL TLS requires a client CA bundle', 'Set caCertificates or credentialName.'))
  if (mode === 'SIMPLE' && tls.caCrl) at.at('caCrl').add(found.invalidTls('CRL is not supported with SIMPLE TLS'))
}

function checkPair(mode: string, certificate: string | undefined, key: string | undefined, at: Findings): void {
  if (!certificate) at.add(found.invalidTls(`${mode} TLS requires a server certificate`, 'Set serverCertificate or credentialName.'))
  if (!key) at.add(found.invalidTls(`${mode} TLS requires a private key`, 'Set privateKey or credentialName.'))
}
