/** `jwt_authn`: checks the tokens of end users against the issuers that RequestAuthentications name. */
import type { JwtRule } from '@istio-ts/mesh-model'
import { duration } from '../../wire/duration.ts'
import { present, typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

/** The filter for all rules of a workload; undefined when there are none. Routes of gateways may look at claims, so they are chosen anew. */
export function jwtAuthn(rules: readonly JwtRule[], place: 'inbound' | 'gateway' = 'inbound'): NamedExtension | undefined {
  if (rules.length === 0) return undefined
  return extension('envoy.filters.http.jwt_authn', typed('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
    providers: Object.fromEntries(rules.map((rule, index) => [providerName(index), { ...provider(rule), ...(place === 'gateway' ? { clearRouteCache: true } : {}) }])),
    rules: [{ match: { prefix: '/' }, requires: requirement(rules) }],
    // A browser's preflight carries no token.
    bypassCorsPreflight: true,
  }))
}

const providerName = (index: number): string => `origins-${index}`

/** Claims that hold several words, by the OAuth 2.0 convention; the user may add more. */
const SPACE_DELIMITED = ['permission', 'scope']

const provider = (rule: JwtRule): Message => present({
  issuer: rule.issuer === '' ? undefined : rule.issuer,
  audiences: rule.audiences.length === 0 ? undefined : rule.audiences,
  ...keys(rule),
  fromHeaders: rule.fromHeaders.length === 0 ? undefined : rule.fromHeaders.map(({ name, prefix }) => present({ name, valuePrefix: prefix === '' ? undefined : prefix })),
  fromParams: rule.fromParams.length === 0 ? undefined : rule.fromParams,
  fromCookies: rule.fromCookies.length === 0 ? undefined : rule.fromCookies,
  forward: rule.forwardOriginalToken || undefined,
  forwardPayloadHeader: rule.outputPayloadToHeader === '' ? undefined : rule.outputPayloadToHeader,
  claimToHeaders: rule.outputClaimToHeaders.length === 0 ? undefined : rule.outputClaimToHeaders.map(({ header, claim }) => ({ headerName: header, claimName: claim })),
  payloadInMetadata: 'payload',
  normalizePayloadInMetadata: { spaceDelimitedClaims: [...new Set([...SPACE_DELIMITED, ...rule.spaceDelimitedClaims])].sort() },
})

/** A key set that nobody has: every token fails, as Istio has it when a key set cannot be had. */
const EMPTY_KEYS = '{"keys":[]}'

/** Keys stand in the rule, or are fetched by the proxy through the mesh. */
function keys(rule: JwtRule): Message {
  if (rule.jwks !== undefined && rule.jwks !== '') return { localJwks: { inlineString: rule.jwks } }
  const url = rule.jwksUri === undefined ? undefined : /^(https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?(?:\/|$)/.exec(rule.jwksUri)
  const host = url?.[2]
  if (rule.jwksUri === undefined || url === undefined || url === null || host === undefined) return { localJwks: { inlineString: EMPTY_KEYS } }
  const port = Number(url[3] ?? (url[1] === 'https' ? 443 : 80))
  return { remoteJwks: {
    httpUri: { uri: rule.jwksUri, cluster: `outbound|${port}||${host}`, timeout: duration(rule.timeoutMs) },
    // Fetched in the background so that a request never waits for a key server.
    asyncFetch: { fastListener: false },
  } }
}

/** One issuer: its token, or none. Several: any of their tokens, or none of all. `REQUIRED` issuers leave out "or none". */
function requirement(rules: readonly JwtRule[]): Message {
  const each = rules.map((_, index) => ({ providerName: providerName(index) }))
  const orMissing = (name: Message): Message => ({ requiresAny: { requirements: [name, { allowMissing: {} }] } })
  const required = rules.some((rule) => rule.presence === 'REQUIRED')
  const [only] = each
  if (each.length === 1 && only !== undefined) return required ? only : orMissing(only)
  if (required) return { requiresAny: { requirements: each } }
  return { requiresAny: { requirements: [...each, { requiresAll: { requirements: each.map(orMissing) } }] } }
}
