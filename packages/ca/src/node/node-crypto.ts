/** node:crypto behind the CA's ports. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto'
import type { CryptoPort } from '../authority/crypto-port.ts'
import { bits, DerReader, Tag } from '../der/der-reader.ts'

/** The real cryptography. */
export const nodeCrypto: CryptoPort = {
  verify(request) {
    try {
      return verify(request.digest, request.signedBytes, createPublicKey({ key: Buffer.from(request.publicKey), format: 'der', type: 'spki' }), request.signature)
    } catch {
      // A key that OpenSSL cannot load (a point off the curve) has signed nothing.
      return false
    }
  },
  keyId(publicKey) {
    const parts = new DerReader(publicKey).enter('the key', Tag.sequence)
    parts.next('the key algorithm', Tag.sequence)
    return createHash('sha1').update(bits(parts.next('the key', Tag.bitString), 'the key')).digest()
  },
  randomBytes: (count) => randomBytes(count),
}

/** A private key with what is needed of it. */
export interface PrivateKey {
  readonly privateKeyPem: string
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array
  readonly publicKeyPem: string
  /** ECDSA with SHA-256, DER form. */
  sign(bytes: Uint8Array): Uint8Array
}

const privateKeyOf = (key: KeyObject): PrivateKey => {
  const publicKey = createPublicKey(key)
  return {
    privateKeyPem: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    sign: (bytes) => sign('sha256', bytes, key),
  }
}

/** A new EC P-256 key, made where it is used: it never travels. */
export const newPrivateKey = (): PrivateKey => privateKeyOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)

/** Loads a PKCS#8 or SEC1 PEM key. @throws what node:crypto throws */
export const loadPrivateKey = (pem: string): PrivateKey => privateKeyOf(createPrivateKey(pem))
