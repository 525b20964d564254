/** Makes the tokens of a local mesh, and the key that signs them. */
import { readFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { importPKCS8, SignJWT } from 'jose'
import { LOCAL_TOKEN_ISSUER, TOKEN_AUDIENCE } from '../authenticate/service-account-token.ts'
import { unusableKeyFile } from '../errors.ts'
import { loadPrivateKey, newPrivateKey, type PrivateKey } from './node-crypto.ts'
import { writeSecret } from './self-signed-root.ts'

/** Name of the key file in a state folder. */
export const TOKEN_KEY_FILE = 'token-key.pem'

/** Loads the signing key of a file, or makes it (mode 0600). @throws MeshError MESH0605 */
export async function openTokenKey(file: string): Promise<PrivateKey> {
  let pem: string
  try {
    pem = await readFile(file, 'utf8')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw unusableKeyFile(file, 'it cannot be read', cause)
    const made = newPrivateKey()
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeSecret(file, made.privateKeyPem)
    return made
  }
  try {
    return loadPrivateKey(pem)
  } catch (cause) {
    throw unusableKeyFile(file, 'it holds no private key', cause)
  }
}

/** What a token says. */
export interface TokenSubject {
  readonly namespace: string
  readonly serviceAccount: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Default 10 years: it lives in a 0600 file of a mesh that ends with its state folder. */
  readonly ttlMs?: number
  readonly issuer?: string
  readonly audience?: string
}

/** Signs a token for a service account (ES256). */
export async function signToken(key: PrivateKey, subject: TokenSubject): Promise<string> {
  const seconds = Math.floor(subject.now / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .setSubject(`system:serviceaccount:${subject.namespace}:${subject.serviceAccount}`)
    .setIssuer(subject.issuer ?? LOCAL_TOKEN_ISSUER)
    .setAudience(subject.audience ?? TOKEN_AUDIENCE)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + Math.floor((subject.ttlMs ?? 10 * 365 * 24 * 3_600_000) / 1000))
    .sign(await importPKCS8(key.privateKeyPem, 'ES256'))
}
