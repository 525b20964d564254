/** What a certificate says, for renewal, dumps and `proxy-config secret`. */
import { X509Certificate } from 'node:crypto'

/** Facts of the first certificate of a PEM text. */
export interface CertificateFacts {
  /** Epoch milliseconds. */
  readonly notBefore: number
  readonly notAfter: number
  /** Lower-case hex without separators. */
  readonly serial: string
  readonly uris: readonly string[]
}

/** @throws MeshError never; what node:crypto throws for a text without a certificate. */
export function certificateFacts(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem)
  return {
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    serial: certificate.serialNumber.toLowerCase(),
    uris: (certificate.subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('URI:') ? [name.slice(4)] : [])),
  }
}
