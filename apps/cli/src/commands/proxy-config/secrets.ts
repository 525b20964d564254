/** `proxy-config secret`: the certificates a proxy holds, and whether they are valid now. */
import { X509Certificate } from 'node:crypto'
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, listOf, textOf, type Fields } from '../../dump/json-value.ts'
import { formatTable } from '../../output/table.ts'

/** One row. */
interface SecretRow {
  readonly name: string
  readonly status: string
  readonly certificate: CertificateFacts | undefined
  readonly trustDomain: string
}

/** What is shown of a certificate. */
interface CertificateFacts {
  readonly type: 'CA' | 'Cert Chain'
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly trustDomain: string
}

/** The table. @param now the time that validity is judged by */
export function secretsTable(dump: ConfigDump, now: Date, typed = false): string {
  const content = section(dump, 'secrets')
  const entries = [...listOf(content['dynamicWarmingSecrets']).map((entry) => ({ entry, status: 'WARMING' })), ...listOf(content['dynamicActiveSecrets']).map((entry) => ({ entry, status: 'ACTIVE' }))]
  if (entries.length === 0) return 'No active or warming secrets found.\n'
  const rows = entries.flatMap(({ entry, status }) => rowsOf(`${typed ? 'secret/' : ''}${textOf(entry['name'])}`, body(entry['secret']), status))
  // The column is there for meshes that trust several domains, each with a bundle of its own.
  const federated = entries.some(({ entry }) => trustBundles(body(entry['secret'])).length > 0)
  const header = ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE', ...(federated ? ['TRUST DOMAIN'] : [])]
  return formatTable(header, rows.map((row) => cellsOf(row, now, federated)), 5)
}

function cellsOf({ name, status, certificate, trustDomain }: SecretRow, now: Date, federated: boolean): readonly string[] {
  const end = federated ? [trustDomain] : []
  if (!certificate) return [name, '', status, 'false', '', '', '', ...end]
  const { type, serial, notAfter, notBefore } = certificate
  return [name, type, status, String(now >= notBefore && now <= notAfter), serial, timeText(notAfter), timeText(notBefore), ...end]
}

const timeText = (time: Date): string => time.toISOString().replace('.000', '')

function rowsOf(name: string, secret: Fields, status: string): readonly SecretRow[] {
  const bundles = trustBundles(secret)
  if (bundles.length > 0) return bundles.flatMap(({ domain, pem }) => certificatesOf(pem).map((certificate) => ({ name, status, certificate, trustDomain: domain })))
  const chain = inlineText(at(secret, 'tlsCertificate', 'certificateChain'))
  // Of a chain only the own certificate counts; a bundle of CAs is as good as each of them.
  const found = chain === '' ? certificatesOf(rootsOf(secret)) : certificatesOf(chain).slice(0, 1)
  return found.length === 0 ? [{ name, status, certificate: undefined, trustDomain: '' }] : found.map((certificate) => ({ name, status, certificate, trustDomain: certificate.trustDomain }))
}

/** The trusted CAs of a secret, also where they stand in a combined context. */
export const rootsOf = (secret: Fields): string =>
  inlineText(at(secret, 'validationContext', 'trustedCa')) || inlineText(at(secret, 'combinedValidationContext', 'defaultValidationContext', 'trustedCa'))

/** Bundles of SPIFFE's validator, one per trust domain. */
function trustBundles(secret: Fields): readonly { readonly domain: string; readonly pem: string }[] {
  const domains = listOf(at(secret, 'validationContext', 'customValidatorConfig', 'typedConfig', 'trustDomains'))
  return domains.map((domain) => ({ domain: textOf(domain['name']), pem: inlineText(domain['trustBundle']) }))
}

/** The text of a DataSource; bytes are base64 in JSON. */
export function inlineText(source: unknown): string {
  const bytes = textOf(at(source, 'inlineBytes'))
  return bytes === '' ? textOf(at(source, 'inlineString')) : Buffer.from(bytes, 'base64').toString('utf8')
}

/** Every certificate of a PEM text that can be read. */
function certificatesOf(pem: string): readonly CertificateFacts[] {
  return pemBlocks(pem).flatMap((block) => {
    try {
      return [factsOf(new X509Certificate(block))]
    } catch {
      return []
    }
  })
}

/** The certificates of a PEM text. */
export const pemBlocks = (pem: string): readonly string[] => pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    type: certificate.ca ? 'CA' : 'Cert Chain',
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    trustDomain: /URI:spiffe:\/\/([^/,\s]+)/.exec(certificate.subjectAltName ?? '')?.[1] ?? '',
  }
}
