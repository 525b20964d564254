/** TLS towards an upstream. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { ClientTlsSettings } from '../istio/shared/client-tls.ts'
import type { Findings } from './findings.ts'

/** Checks TLS settings of a client. */
export function checkClientTls(tls: ClientTlsSettings | undefined, at: Findings): void {
  if (!tls) return
  const { mode, credentialName, clientCertificate, privateKey, caCertificates, caCrl } = tls
  if (tls.insecureSkipVerify) checkUnverified(tls, at)
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && credentialName) {
    // The secret holds everything, so files beside it contradict it.
    if (clientCertificate || privateKey || caCertificates || caCrl) at.add(found.invalidTls('cannot specify client certificates or CA certificate or CA CRL If credentialName is set'))
    return
  }
  if (mode !== 'MUTUAL') return
  if (!clientCertificate) at.add(found.invalidTls('client certificate required for mutual tls', 'Set clientCertificate or credentialName.'))
  if (!privateKey) at.add(found.invalidTls('private key required for mutual tls', 'Set privateKey or credentialName.'))
}

function checkUnverified(tls: ClientTlsSettings, at: Findings): void {
  const remedy = 'Remove them, or verify the server.'
  if (tls.mode === 'SIMPLE' && (tls.caCertificates || tls.credentialName || tls.subjectAltNames)) {
    at.add(found.invalidTls('cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true', remedy))
  }
  // With MUTUAL a secret may hold the client certificate only.
  if (tls.mode === 'MUTUAL' && (tls.caCertificates || tls.subjectAltNames)) {
    at.add(found.invalidTls('cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true', remedy))
  }
}
