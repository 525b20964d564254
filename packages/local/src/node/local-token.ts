/** Tokens that prove to istiod who a sidecar stands for: JWTs (ES256) signed by a key in the state folder. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Issuer of the tokens of a local mesh. */
const LOCAL_ISSUER = 'istio-ts.dev/local'

/** Audience of tokens for the CA, Istio's name. */
const CA_AUDIENCE = 'istio-ca'

/** File of the private key (0600) and of the public key that istiod verifies with. */
const tokenKeyFile = (stateFolder: string): string => join(stateFolder, 'token-key.pem')
export const tokenPublicKeyFile = (stateFolder: string): string => join(stateFolder, 'token-key.pub.pem')

/** Reads the key of the state folder, or makes one. */
export function openTokenKey(stateFolder: string): KeyObject {
  const file = tokenKeyFile(stateFolder)
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const key = createPrivateKey(readFileSync(file))
  writeFileSync(tokenPublicKeyFile(stateFolder), createPublicKey(key).export({ type: 'spki', format: 'pem' }), { mode: 0o644 })
  return key
}

/** A token for `subject` (`system:serviceaccount:<ns>:<sa>`), valid from now (seconds) for `lifetimeSeconds`. */
export function signLocalToken(key: KeyObject, subject: string, nowSeconds: number, lifetimeSeconds: number): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'ES256', typ: 'JWT' })}.${part({ iss: LOCAL_ISSUER, aud: [CA_AUDIENCE], sub: subject, iat: nowSeconds, nbf: nowSeconds - 5, exp: nowSeconds + lifetimeSeconds })}`
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
