/** TLS settings in the mesh configuration. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import type { Findings } from '../../validation/findings.ts'
import type { MeshConfigOverlay } from '../mesh-config.ts'

/** TLS towards a service of the control plane's own. */
export interface ClientTls {
  readonly mode?: string
  readonly clientCertificate?: string
  readonly privateKey?: string
  readonly caCertificates?: string
  readonly credentialName?: string
  readonly subjectAltNames?: readonly string[]
  readonly insecureSkipVerify?: boolean
  readonly caCrl?: string
}

/** Rules for {@link ClientTls}: a mode needs its files, or a credential instead of them. */
export function checkClientTls(tls: ClientTls, at: Findings): void {
  const hasFiles = Boolean(tls.clientCertificate || tls.caCertificates || tls.privateKey || tls.caCrl)
  const isOneWay = tls.mode === 'SIMPLE'
  const isMutual = tls.mode === 'MUTUAL'
  if (tls.insecureSkipVerify && (isOneWay || isMutual) && (tls.caCertificates || tls.subjectAltNames || (isOneWay && tls.credentialName))) {
    at.add(found.conflict('cannot specify CaCertificates, CredentialName or SubjectAltNames when InsecureSkipVerify is set true'))
  }
  if ((isOneWay || isMutual) && tls.credentialName) {
    if (hasFiles) at.add(found.conflict('cannot specify client certificates or CA certificate or CA CRL If credentialName is set'))
    return
  }
  if (isMutual && !tls.clientCertificate) at.at('clientCertificate').add(found.missing('client certificate required for mutual tls'))
  if (isMutual && !tls.privateKey) at.at('privateKey').add(found.missing('private key required for mutual tls'))
}

/** Curves BoringSSL knows, by the names of `tlsDefaults.ecdhCurves`. */
const CURVES: ReadonlySet<string> = new Set(['', 'P-224', 'P-256', 'P-521', 'P-384', 'X25519', 'CECPQ2', 'X25519Kyber768Draft00', 'X25519MLKEM768'])

/** Rules for `meshMTLS` and `tlsDefaults`. */
export function checkMeshTls(mesh: MeshConfigOverlay, at: Findings): void {
  if (mesh.meshMTLS?.ecdhCurves) at.at('meshMTLS').at('ecdhCurves').add(found.unsupported('mesh TLS does not support ECDH curves configuration', 'Move them to tlsDefaults.'))
  const curves = mesh.tlsDefaults?.ecdhCurves ?? []
  const unknown = [...new Set(curves.filter((curve) => !CURVES.has(curve)))].sort()
  const repeated = [...new Set(curves.filter((curve, i) => CURVES.has(curve) && curves.indexOf(curve) < i))].sort()
  const place = at.at('tlsDefaults').at('ecdhCurves')
  if (unknown.length > 0) place.add(found.questionable(`detected unrecognized ECDH curves: ${unknown.join(', ')}`))
  if (repeated.length > 0) place.add(found.questionable(`detected duplicate ECDH curves: ${repeated.join(', ')}`))
}
