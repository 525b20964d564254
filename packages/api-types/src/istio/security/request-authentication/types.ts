/** The shape of a RequestAuthentication. */
import type { PolicyAttachment } from '../../policy/attachment.ts'

/** A header that carries the token. */
export interface JwtHeader {
  /** Name of the header. */
  readonly name: string
  /** Text before the token, e.g. `Bearer `. */
  readonly prefix?: string
}

/** Copies a claim into a request header. */
export interface ClaimToHeader {
  /** Name of the header that the claim is written to. */
  readonly header: string
  /** Name of the claim; `.` walks into nested claims. */
  readonly claim: string
}

/** One issuer and how its tokens are found and checked. */
export interface JwtRule {
  /** Who issued the token: its `iss` claim. */
  readonly issuer?: string
  /** Audiences that are accepted; default: the service name. */
  readonly audiences?: readonly string[]
  /** Where the keys are; absent = found by OpenID Connect discovery from the issuer. */
  readonly jwksUri?: string
  /** @deprecated spelling of `jwksUri`. */
  readonly jwks_uri?: string
  /** The keys themselves, as a JSON Web Key Set. */
  readonly jwks?: string
  /** Where to look for the token; default: `Authorization: Bearer`, then the query parameter `access_token`. */
  readonly fromHeaders?: readonly JwtHeader[]
  /** Query parameters that may carry the token. */
  readonly fromParams?: readonly string[]
  /** Cookies that may carry the token. */
  readonly fromCookies?: readonly string[]
  /** Header that gets the base64url payload. */
  readonly outputPayloadToHeader?: string
  /** Claims that are written to request headers. */
  readonly outputClaimToHeaders?: readonly ClaimToHeader[]
  /** Default false: the token is removed before the request goes on. */
  readonly forwardOriginalToken?: boolean
  /** Of the fetch of the keys; default 5s. */
  readonly timeout?: string
  /** Claims whose text is a list separated by spaces, besides `scope` and `permission`. */
  readonly spaceDelimitedClaims?: readonly string[]
  /** `REQUIRED` refuses requests without a token; default `OPTIONAL`. */
  readonly presence?: 'OPTIONAL' | 'REQUIRED'
}

/** Spec of a RequestAuthentication. */
export interface RequestAuthenticationSpec extends PolicyAttachment {
  /** Tokens of any of these issuers are valid. */
  readonly jwtRules?: readonly JwtRule[]
}
