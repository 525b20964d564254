/** RequestAuthentication: which tokens a workload believes. @see https://istio.io/latest/docs/reference/config/security/request_authentication */
import type { Findings } from '../../../validation/findings.ts'
import { attachmentFields, checkAttachment, oneAttachment, type PolicyAttachment } from '../../policy/attachment.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { parseUrl } from '../../policy/url.ts'
import { atMostOne, bool, defineKind, duration, enumeration, list, message, rule, text, type IstioKind } from '../../shared/schema/index.ts'
import { checkJwtRule } from './rules.ts'

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

const jwksUri = () =>
  text({
    minLength: 1,
    maxLength: 2048,
    rules: [
      rule('url must have scheme http:// or https://', 'url(self).getScheme() in ["http", "https"]', (self) => {
        const url = parseUrl(self)
        return url ? url.scheme === 'http' || url.scheme === 'https' : `URL parse error during conversion from string`
      }),
    ],
  })

const names = () => list(text({ minLength: 1 }))

const jwtRule = () =>
  message<JwtRule>(
    {
      audiences: names(),
      forwardOriginalToken: bool(),
      fromCookies: names(),
      fromHeaders: list(message<JwtHeader>({ name: text({ minLength: 1 }), prefix: text() }, { required: ['name'] })),
      fromParams: names(),
      issuer: text({ minLength: 1 }),
      jwks: text(),
      jwksUri: jwksUri(),
      jwks_uri: jwksUri(),
      outputClaimToHeaders: list(
        message<ClaimToHeader>({ claim: text({ minLength: 1 }), header: text({ minLength: 1, pattern: '^[-_A-Za-z0-9]+$' }) }, { required: ['header', 'claim'] }),
      ),
      outputPayloadToHeader: text(),
      presence: enumeration(['OPTIONAL', 'REQUIRED']),
      spaceDelimitedClaims: list(text({ minLength: 1 }), { maxItems: 64 }),
      timeout: duration(),
    },
    { rules: [atMostOne<JwtRule>('only one of jwks or jwksUri can be set', ['jwksUri', 'jwks_uri', 'jwks'])] },
  )

const schema = () =>
  message<RequestAuthenticationSpec>({ jwtRules: list(jwtRule(), { maxItems: 4096 }), ...attachmentFields() }, { rules: [oneAttachment()] })

function rules(spec: RequestAuthenticationSpec, at: Findings): void {
  checkAttachment(spec, at)
  spec.jwtRules?.forEach((jwt, i) => checkJwtRule(jwt, at.at('jwtRules').at(i)))
}

/** The kind `security.istio.io/v1/RequestAuthentication`. */
export const RequestAuthentication: IstioKind<RequestAuthenticationSpec> = withMetadataRules(
  defineKind<RequestAuthenticationSpec>({
    group: 'security.istio.io',
    kind: 'RequestAuthentication',
    plural: 'requestauthentications',
    shortNames: ['ra'],
    versions: ['v1', 'v1beta1'],
    storage: 'v1',
    schema,
    rules,
  }),
)
