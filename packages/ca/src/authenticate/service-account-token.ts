/**
 * Tokens of service accounts, verified offline by their issuer's public key: in a local mesh the supervisor makes them, on
 * Kubernetes the API server does (there a TokenReview stands in for this). Same claims, same audience.
 */
import { importSPKI, jwtVerify, type CryptoKey } from 'jose'
import type { Clock, SpiffeId } from '@istio-ts/foundation'
import { checkIdentity } from '../identity/check-identity.ts'
import type { Authenticator } from './authenticator.ts'

/** The audience a token must be made for, so that one stolen elsewhere is worthless here. Istio's `TOKEN_AUDIENCES`. */
export const TOKEN_AUDIENCE = 'istio-ca'

/** Issuer of tokens in a local mesh. */
export const LOCAL_TOKEN_ISSUER = 'istio-ts.dev/local'

/** Whose tokens are taken. */
export interface TokenAuthenticatorOptions {
  /** Public key in PEM form (`-----BEGIN PUBLIC KEY-----`), EC P-256. */
  readonly publicKeyPem: string
  readonly issuer: string
  readonly trustDomain: string
}

/** `system:serviceaccount:<namespace>:<name>`; undefined for other subjects. */
export function parseSubject(subject: string): { readonly namespace: string; readonly serviceAccount: string } | undefined {
  const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject) ?? []
  return namespace === undefined || serviceAccount === undefined ? undefined : { namespace, serviceAccount }
}

/** Makes the authenticator. The algorithm is fixed to ES256: a token does not choose how it is checked. */
export function tokenAuthenticator(clock: Clock, options: TokenAuthenticatorOptions): Authenticator {
  let key: Promise<CryptoKey> | undefined
  return async ({ bearer }) => {
    if (bearer === undefined) return undefined
    try {
      key ??= importSPKI(options.publicKeyPem, 'ES256')
      const { payload } = await jwtVerify(bearer, await key, {
        algorithms: ['ES256'], audience: TOKEN_AUDIENCE, issuer: options.issuer, requiredClaims: ['exp', 'sub'], currentDate: new Date(clock.now()),
      })
      const subject = parseSubject(payload.sub ?? '')
      if (!subject) return { refused: 'its token is not of a service account' }
      const identity: SpiffeId = { trustDomain: options.trustDomain, ...subject }
      return { identity: checkIdentity(identity), by: 'token' }
    } catch (error) {
      return { refused: `its token does not hold: ${error instanceof Error ? error.message : 'unknown reason'}` }
    }
  }
}
