/** SDS secrets: certificates with keys and trust anchors; keys never print. */
import { SecretText } from '@istio-ts/foundation'
import { noteBadField, type Report } from '../config/report.ts'
import type { CertificateValidationContext, Secret } from '../config/wire.ts'
import { inlineText } from './data-source.ts'

/** One secret; replaced as a whole on rotation. */
export type CompiledSecret =
  | { readonly kind: 'certificate'; readonly name: string; readonly chainPem: string; readonly key: SecretText }
  | { readonly kind: 'trust'; readonly name: string; readonly caPem: string; readonly validation: CertificateValidationContext }

/** Compiles a Secret; kinds that the data path does not use are refused. */
export function compileSecret(secret: Secret, report: Report): CompiledSecret | undefined {
  const name = secret.name ?? ''
  if (secret.tlsCertificate) {
    const chainPem = inlineText(secret.tlsCertificate.certificateChain)
    const keyPem = inlineText(secret.tlsCertificate.privateKey)
    if (!chainPem.includes('-----BEGIN CERTIFICATE-----')) noteBadField(report, 'tlsCertificate.certificateChain', 'it holds no certificate')
    if (!keyPem.includes('PRIVATE KEY-----')) noteBadField(report, 'tlsCertificate.privateKey', 'it holds no private key')
    return { kind: 'certificate', name, chainPem, key: new SecretText(keyPem) }
  }
  if (secret.validationContext) {
    const caPem = inlineText(secret.validationContext.trustedCa)
    if (!caPem.includes('-----BEGIN CERTIFICATE-----')) noteBadField(report, 'validationContext.trustedCa', 'it holds no certificate')
    return { kind: 'trust', name, caPem, validation: secret.validationContext }
  }
  noteBadField(report, 'type', 'only certificates and validation contexts are used')
  return undefined
}
