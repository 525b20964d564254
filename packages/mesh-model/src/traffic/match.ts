/** The conditions of a VirtualService's HTTP rule in the model's words. */
import type { HttpMatchRequest, StringMatch as ApiMatch } from '@istio-ts/api-types'
import type { ClaimMatch, HeaderMatch, QueryParameterMatch, RouteMatch, StringMatch } from '../view/route-match.ts'
import { compareText } from '../inputs/resource-order.ts'

/** Prefix of header names that stand for claims of the request's token. */
const CLAIMS = '@request.auth.claims'

/** Everything passes; a rule without matches. */
export const UNCONDITIONAL: RouteMatch = { ignorePathCase: false, headers: [], queryParameters: [], claims: [], isUnconditional: true }

/** Turns the API's comparison into ours; undefined for an empty one, which only asks for presence. */
export function stringMatch(match: ApiMatch | undefined): StringMatch | undefined {
  if (match?.exact !== undefined) return { kind: 'exact', value: match.exact }
  if (match?.prefix !== undefined) return { kind: 'prefix', value: match.prefix }
  if (match?.regex !== undefined) return { kind: 'regex', value: match.regex }
  return undefined
}

/** Compiles one match. Conditions on the source, gateway and port are decided elsewhere. */
export function compileMatch(match: HttpMatchRequest): RouteMatch {
  const path = stringMatch(match.uri)
  const [method, scheme, authority] = [stringMatch(match.method), stringMatch(match.scheme), stringMatch(match.authority)]
  const headers = [...headerMatches(match.headers, false), ...headerMatches(match.withoutHeaders, true)]
  return {
    ...(match.name === undefined || match.name === '' ? {} : { name: match.name }),
    ...(path ? { path } : {}),
    ignorePathCase: match.ignoreUriCase ?? false,
    ...(method ? { method } : {}),
    ...(scheme ? { scheme } : {}),
    ...(authority ? { authority } : {}),
    headers: headers.sort((a, b) => compareText(a.name, b.name)),
    queryParameters: queryMatches(match.queryParams),
    claims: [...claimMatches(match.headers, false), ...claimMatches(match.withoutHeaders, true)],
    ...(match.statPrefix === undefined || match.statPrefix === '' ? {} : { statPrefix: match.statPrefix }),
    isUnconditional: false,
  }
}

const orPresent = (match: ApiMatch): StringMatch | { readonly kind: 'present' } => stringMatch(match) ?? { kind: 'present' }

const headerMatches = (headers: Readonly<Record<string, ApiMatch>> | undefined, inverted: boolean): HeaderMatch[] =>
  Object.entries(headers ?? {}).filter(([name]) => !name.startsWith(CLAIMS)).map(([name, match]) => ({ name, match: orPresent(match), inverted }))

const claimMatches = (headers: Readonly<Record<string, ApiMatch>> | undefined, inverted: boolean): ClaimMatch[] =>
  Object.entries(headers ?? {}).filter(([name]) => name.startsWith(CLAIMS)).map(([name, match]) => ({ path: claimPath(name), match: orPresent(match), inverted }))

/** `@request.auth.claims.a.b` and `@request.auth.claims[a][b]` are both [a, b]; only the second form allows dots in names. */
export function claimPath(name: string): readonly string[] {
  const rest = name.slice(CLAIMS.length)
  if (rest.startsWith('[')) return [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, step]) => step ?? '')
  return rest.split('.').filter((step) => step !== '')
}

const queryMatches = (params: Readonly<Record<string, ApiMatch>> | undefined): QueryParameterMatch[] =>
  Object.entries(params ?? {}).map(([name, match]) => ({ name, match: orPresent(match) })).sort((a, b) => compareText(a.name, b.name))

/** True if every request takes the route, so that later ones are out of reach. @see istio IsCatchAllRoute */
export function matchesEverything(match: RouteMatch): boolean {
  const anyPath = match.path === undefined || ((match.path.kind === 'prefix' || match.path.kind === 'segment-prefix') && match.path.value === '/') || (match.path.kind === 'regex' && match.path.value === '*')
  const noHeaders = match.headers.length === 0 && !match.method && !match.scheme && !match.authority
  return anyPath && noHeaders && match.queryParameters.length === 0 && match.claims.length === 0
}
