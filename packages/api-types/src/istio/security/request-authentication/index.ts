/** RequestAuthentication: which tokens a workload believes. @see https://istio.io/latest/docs/reference/config/security/request_authentication */
import type { Findings } from '../../../validation/findings.ts'
import { attachmentFields, checkAttachment, oneAttachment } from '../../policy/attachment.ts'
import { withMetadataRules } from '../../policy/metadata-rules.ts'
import { parseUrl } from '../../policy/url.ts'
import { atMostOne, bool, defineKind, duration, enumeration, list, message, rule, text, type IstioKind } from '../../shared/schema/index.ts'
import { checkJwtRule } from './rules.ts'
import type { JwtHeader, ClaimToHeader, JwtRule, RequestAuthenticationSpec } from './types.ts'

export type * from './types.ts'

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
