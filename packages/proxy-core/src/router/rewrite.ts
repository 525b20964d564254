/** Changes a route makes to path and host of a request, and the location of a redirect. */
import type { RequestHead } from '../codec/codec.ts'
import type { PathMatch, PathRewrite, RedirectResponse } from './route-table.ts'

/** The rewritten target (path with query). The matched prefix or whole path is replaced, the query stays. */
export function rewritePath(target: string, match: PathMatch, rewrite: PathRewrite): string {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const query = question < 0 ? '' : target.slice(question)
  if (rewrite.kind === 'regex') return rewrite.regex.replaceAll(path, rewrite.substitution) + query
  const matched = matchedLength(match, path)
  const rest = path.slice(matched)
  // `/` replaced in front of `/x` must not give `//x` for separated prefixes (Envoy's path separated rewrite).
  if (match.kind === 'separated' && rewrite.replacement.endsWith('/') && rest.startsWith('/')) return rewrite.replacement + rest.slice(1) + query
  return rewrite.replacement + rest + query
}

function matchedLength(match: PathMatch, path: string): number {
  switch (match.kind) {
    case 'any': return 1
    case 'prefix':
    case 'separated': return match.prefix.length
    case 'exact':
    case 'regex':
    case 'template':
    case 'connect': return path.length
  }
}

/** The `location` of a redirect. */
export function redirectLocation(action: RedirectResponse, match: PathMatch, head: RequestHead, scheme: string): string {
  const finalScheme = action.scheme ?? scheme
  const port = action.port === undefined ? '' : `:${action.port}`
  const host = action.host ?? hostForRedirect(head.authority, scheme, finalScheme, port !== '')
  return `${finalScheme}://${host}${port}${redirectPath(action, match, head.path)}`
}

/** The same address by HTTPS; a port that only plain HTTP has by default is left out. */
export const httpsLocation = (head: RequestHead): string => `https://${hostForRedirect(head.authority, 'http', 'https', false)}${head.path}`

function hostForRedirect(authority: string, oldScheme: string, newScheme: string, newPort: boolean): string {
  const port = /:(\d+)$/.exec(authority)
  if (!port) return authority
  const isDefault = newScheme !== oldScheme && ((oldScheme === 'https' && port[1] === '443') || (oldScheme === 'http' && port[1] === '80'))
  return newPort || isDefault ? authority.slice(0, port.index) : authority
}

function redirectPath(action: RedirectResponse, match: PathMatch, target: string): string {
  const question = target.indexOf('?')
  const query = question < 0 || action.stripQuery ? '' : target.slice(question)
  const path = question < 0 ? target : target.slice(0, question)
  // A query in the configured path wins over the request's, and strip_query does not touch it.
  if (action.path !== undefined) return action.path.includes('?') ? action.path : action.path + query
  if (action.rewrite) return rewritePath(path, match, action.rewrite) + query
  return path + query
}
