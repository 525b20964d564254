/** Who is calling: proofs in, an identity or a reason out. */
import { parseSpiffeId, type SpiffeId } from '@istio-ts/foundation'
import { checkIdentity } from '../identity/check-identity.ts'

/** What a caller shows. Certificates were verified against our roots before they get here. */
export interface Credentials {
  /** URI names of a verified client certificate. */
  readonly uris: readonly string[]
  readonly bearer?: string
}

/** An authenticated caller. */
export interface Caller {
  readonly identity: SpiffeId
  readonly by: 'certificate' | 'token'
}

/** Why a proof does not hold; for our log, never for the caller. */
export interface NotAuthenticated {
  readonly refused: string
}

/** Judges one kind of proof; undefined if the caller does not show that kind. Never throws on what a caller sends. */
export type Authenticator = (credentials: Credentials) => Promise<Caller | NotAuthenticated | undefined>

/**
 * The first proof shown decides. A broken proof is not saved by another one further down: whoever shows a bad token is refused.
 */
export const firstOf = (...authenticators: readonly Authenticator[]): Authenticator => async (credentials) => {
  for (const authenticate of authenticators) {
    const result = await authenticate(credentials)
    if (result) return result
  }
  return undefined
}

/** Trusts a verified client certificate of the mesh: exactly one URI, a SPIFFE id of a workload in one of `trustDomains`. */
export const certificateAuthenticator = (trustDomains: readonly string[]): Authenticator => async ({ uris }) => {
  const [uri, ...more] = uris
  if (uri === undefined) return undefined
  if (more.length > 0) return { refused: 'its certificate has more than one URI' }
  const identity = parseSpiffeId(uri)
  if (!identity) return { refused: 'its certificate names no workload' }
  if (!trustDomains.includes(identity.trustDomain)) return { refused: `its trust domain ${identity.trustDomain} is not ours` }
  try {
    return { identity: checkIdentity(identity), by: 'certificate' }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : 'its identity cannot be used' }
  }
}
