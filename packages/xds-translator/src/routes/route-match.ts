/** What a request must look like: `RouteMatch`. */
import { assertNever } from '@istio-ts/foundation'
import type { ClaimMatch, HeaderMatch, PathMatch, QueryParameterMatch, RouteMatch, StringMatch } from '@istio-ts/mesh-model'
import { present, typed, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'
import { stringMatcher } from './string-match.ts'

/** The match; methods, schemes and authorities are pseudo headers in Envoy. */
export function routeMatch(match: RouteMatch): Message {
  if (match.isUnconditional) return { prefix: '/' }
  const headers = [...pseudo(':method', match.method), ...pseudo(':authority', match.authority), ...pseudo(':scheme', match.scheme), ...match.headers.map(headerMatcher)]
  return present({
    ...(match.path === undefined ? { prefix: '/' } : pathSpecifier(match.path)),
    caseSensitive: !match.ignorePathCase,
    headers: headers.length === 0 ? undefined : headers,
    queryParameters: match.queryParameters.length === 0 ? undefined : match.queryParameters.map(queryParameterMatcher),
    dynamicMetadata: match.claims.length === 0 ? undefined : match.claims.map(claimMatcher),
  })
}

function pathSpecifier(path: PathMatch): Message {
  switch (path.kind) {
    case 'exact':
      return { path: path.value }
    case 'prefix':
      return { prefix: path.value }
    case 'regex':
      return { safeRegex: { regex: path.value } }
    case 'segment-prefix':
      return { pathSeparatedPrefix: path.value }
    case 'template':
      return { pathMatchPolicy: extension('envoy.path.match.uri_template.uri_template_matcher', typed('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', { pathTemplate: path.value })) }
    default:
      return assertNever(path)
  }
}

const pseudo = (name: string, match: StringMatch | undefined): readonly Message[] => (match === undefined ? [] : [{ name, stringMatch: stringMatcher(match) }])

/** An inverted comparison holds for a missing header as well; presence says that by itself. */
const headerMatcher = ({ name, match, inverted }: HeaderMatch): Message =>
  match.kind === 'present'
    ? present({ name, presentMatch: true, invertMatch: inverted || undefined })
    : present({ name, stringMatch: stringMatcher(match), invertMatch: inverted || undefined, treatMissingHeaderAsEmpty: inverted || undefined })

const queryParameterMatcher = ({ name, match }: QueryParameterMatch): Message =>
  match.kind === 'present' ? { name, presentMatch: true } : { name, stringMatch: stringMatcher(match) }

/** A claim that the JWT filter left in dynamic metadata: a text, or a list of texts with it. */
function claimMatcher({ path, match, inverted }: ClaimMatch): Message {
  const text = { stringMatch: match.kind === 'present' ? { safeRegex: { regex: '.+' } } : stringMatcher(match) }
  return present({
    filter: 'envoy.filters.http.jwt_authn',
    path: ['payload', ...path].map((key) => ({ key })),
    value: { orMatch: { valueMatchers: [{ listMatch: { oneOf: text } }, text] } },
    invert: inverted || undefined,
  })
}
