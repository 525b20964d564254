/** A CA of one's own: key and self-signed root, kept in a folder (mode 0600), as istiod does when no `cacerts` is plugged in. */
import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@istio-ts/foundation'
import type { SigningIdentity } from '../authority/authority.ts'
import { toPem } from '../der/pem.ts'
import { subjectOf } from '../der/certificate-subject.ts'
import { unusableKeyFile } from '../errors.ts'
import { ecdsaSha256, issueCertificate, organizationName } from '../issue/issue-certificate.ts'
import { loadPrivateKey, newPrivateKey, nodeCrypto, type PrivateKey } from './node-crypto.ts'

/** Names of the files, those of Istio's plugged-in CA. */
export const CA_FILES = { key: 'ca-key.pem', certificate: 'ca-cert.pem' } as const

/** How a new root is made. */
export interface RootOptions {
  /** Organization of the subject: the trust domain, as Istio's self-signed CA. */
  readonly organization: string
  /** Default 10 years: Istio's CITADEL_SELF_SIGNED_CA_CERT_TTL. */
  readonly ttlMs?: number
}

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000

/** Makes a key and its self-signed certificate; nothing is written. */
export async function newRoot(clock: Clock, options: RootOptions): Promise<{ readonly key: PrivateKey; readonly certificatePem: string }> {
  const key = newPrivateKey()
  const name = organizationName(options.organization)
  const keyId = nodeCrypto.keyId(key.publicKey)
  const now = clock.now()
  const der = await issueCertificate({
    publicKey: key.publicKey, keyId, subject: name, names: [], serial: nodeCrypto.randomBytes(16), notBefore: now - 120_000, notAfter: now + (options.ttlMs ?? TEN_YEARS_MS), isCa: true,
  }, { name, keyId, algorithm: ecdsaSha256(), sign: key.sign })
  return { key, certificatePem: toPem('CERTIFICATE', der) }
}

/** Loads the CA of a folder, or makes one there. @throws MeshError MESH0605 for files that are damaged: a CA is never replaced silently. */
export async function openRoot(folder: string, clock: Clock, options: RootOptions): Promise<SigningIdentity> {
  const [keyFile, certificateFile] = [join(folder, CA_FILES.key), join(folder, CA_FILES.certificate)]
  const [keyPem, certificatePem] = await Promise.all([readIfThere(keyFile), readIfThere(certificateFile)])
  if (keyPem !== undefined && certificatePem !== undefined) return signingIdentity(keyFile, keyPem, certificateFile, certificatePem)
  if (keyPem !== undefined) throw unusableKeyFile(certificateFile, 'it is missing, but the key is there')
  if (certificatePem !== undefined) throw unusableKeyFile(keyFile, 'it is missing, but the certificate is there')
  const made = await newRoot(clock, options)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeSecret(keyFile, made.key.privateKeyPem)
  await writeSecret(certificateFile, made.certificatePem)
  return signingIdentity(keyFile, made.key.privateKeyPem, certificateFile, made.certificatePem)
}

/** A signing identity from PEM texts. @throws MeshError MESH0605 if they do not belong together. */
export function signingIdentity(keyFile: string, keyPem: string, certificateFile: string, certificatePem: string): SigningIdentity {
  const key = attempt(keyFile, 'it holds no private key', () => loadPrivateKey(keyPem))
  const certificate = attempt(certificateFile, 'it holds no certificate', () => new X509Certificate(certificatePem))
  if (!certificate.publicKey.export({ format: 'der', type: 'spki' }).equals(key.publicKey)) throw unusableKeyFile(certificateFile, 'it is not the certificate of the key beside it')
  if (!certificate.ca) throw unusableKeyFile(certificateFile, 'it is not a CA certificate')
  return {
    issuer: { name: subjectOf(certificate.raw), keyId: nodeCrypto.keyId(key.publicKey), algorithm: ecdsaSha256(), sign: key.sign },
    intermediatesPem: '',
    rootsPem: certificatePem,
    notAfter: Date.parse(certificate.validTo),
  }
}

function attempt<T>(file: string, what: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw unusableKeyFile(file, what, cause)
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw unusableKeyFile(file, 'it cannot be read', cause)
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one, and never readable by others. */
export async function writeSecret(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, text, { mode: 0o600 })
  await chmod(temporary, 0o600)
  await rename(temporary, file)
}
