/** The token issuers that a workload knows: the rules of all RequestAuthentications that apply, together. */
import { refOf, type RequestAuthenticationSpec, type Resource } from '@istio-ts/api-types'
import { from, matchesLabels, type Labels } from '@istio-ts/foundation'
import { durationMs } from '../mesh/mesh-settings.ts'
import type { JwtRule } from '../view/security-policy.ts'
import { compareText } from '../inputs/resource-order.ts'

/** A RequestAuthentication resource. */
export type RequestAuthenticationResource = Resource<RequestAuthenticationSpec>

/** Time to fetch a key set; Istio's default. */
const FETCH_TIMEOUT_MS = 5000

/** True if the resource is for a workload with these labels. */
export const authenticates = (resource: RequestAuthenticationResource, labels: Labels): boolean =>
  !resource.spec.targetRef && (resource.spec.targetRefs ?? []).length === 0 && matchesLabels(resource.spec.selector?.matchLabels, labels)

/** Rules of all resources, sorted by issuer so that the order of resources makes no difference. */
export const jwtRules = (resources: readonly RequestAuthenticationResource[]): readonly JwtRule[] =>
  resources.flatMap((resource) => (resource.spec.jwtRules ?? []).map((rule, i): JwtRule => {
    const uri = rule.jwksUri ?? rule.jwks_uri
    return {
      issuer: rule.issuer ?? '',
      audiences: rule.audiences ?? [],
      ...(uri === undefined ? {} : { jwksUri: uri }),
      ...(rule.jwks === undefined ? {} : { jwks: rule.jwks }),
      fromHeaders: rule.fromHeaders ?? [],
      fromParams: rule.fromParams ?? [],
      fromCookies: rule.fromCookies ?? [],
      ...(rule.outputPayloadToHeader === undefined ? {} : { outputPayloadToHeader: rule.outputPayloadToHeader }),
      outputClaimToHeaders: rule.outputClaimToHeaders ?? [],
      forwardOriginalToken: rule.forwardOriginalToken ?? false,
      timeoutMs: durationMs(rule.timeout) ?? FETCH_TIMEOUT_MS,
      spaceDelimitedClaims: rule.spaceDelimitedClaims ?? [],
      presence: rule.presence ?? 'OPTIONAL',
      from: [from(refOf(resource), `spec.jwtRules[${i}]`)],
    }
  })).sort((a, b) => compareText(a.issuer, b.issuer))
