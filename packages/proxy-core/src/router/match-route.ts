/** Finding the virtual host and route of a request: total, deterministic, no allocation beyond a substring. */
import type { RequestHead } from '../codec/codec.ts'
import { asciiLower } from '../match/string-matcher.ts'
import type { CompiledRoute, CompiledVirtualHost, PathMatch, RouteTable } from './route-table.ts'

/** What besides the head may decide. */
export interface RouteContext {
  /** A number in [0, 1) that is the same for one request: runtime fractions and weights. */
  readonly random: number
  readonly metadata: ReadonlyMap<string, Record<string, unknown>> | undefined
}

/** Exact domain, then the longest `*.suffix`, then the longest `prefix.*`, then `*`. */
export function findVirtualHost(table: RouteTable, authority: string): CompiledVirtualHost | undefined {
  // Most tables of sidecars and inbound listeners hold a single `*`.
  if (table.exact.size === 0 && table.suffixes.length === 0 && table.prefixes.length === 0) return table.fallback
  const host = asciiLower(table.ignorePort ? stripPort(authority) : authority)
  const exact = table.exact.get(host)
  if (exact) return exact
  // A wildcard stands for at least one character.
  for (const [suffix, found] of table.suffixes) if (host.length > suffix.length && host.endsWith(suffix)) return found
  for (const [prefix, found] of table.prefixes) if (host.length > prefix.length && host.startsWith(prefix)) return found
  return table.fallback
}

/** True if the virtual host sends the request away to HTTPS, whatever its routes. @see envoy VirtualHost.require_tls */
export function needsTls(host: CompiledVirtualHost, head: RequestHead): boolean {
  if (host.requireTls === 'NONE' || head.get('x-forwarded-proto') === 'https') return false
  return host.requireTls === 'ALL' || head.get('x-envoy-internal') !== 'true'
}

/** The first route of a virtual host that matches. */
export function findRoute(host: CompiledVirtualHost, head: RequestHead, context: RouteContext): CompiledRoute | undefined {
  const target = head.path
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const query = question < 0 ? '' : target.slice(question + 1)
  const isConnect = head.method === 'CONNECT' && head.upgrade === undefined
  for (const route of host.routes) if (routeMatches(route, head, path, query, isConnect, context)) return route
  return undefined
}

function routeMatches(route: CompiledRoute, head: RequestHead, path: string, query: string, isConnect: boolean, context: RouteContext): boolean {
  if (!pathMatches(route.match, path, isConnect)) return false
  if (route.fraction < 1 && context.random >= route.fraction) return false
  for (const test of route.headers) if (!test(head)) return false
  for (const test of route.query) if (!test(query)) return false
  if (route.grpcOnly && !isGrpc(head)) return false
  for (const test of route.metadata) if (!test(context.metadata)) return false
  return true
}

/** True if a path (without query) matches. CONNECT has no path: only the connect matcher takes it. */
export function pathMatches(match: PathMatch, path: string, isConnect: boolean): boolean {
  if (isConnect) return match.kind === 'connect'
  switch (match.kind) {
    case 'any': return path.charCodeAt(0) === 47
    case 'prefix': return match.caseSensitive ? path.startsWith(match.prefix) : asciiLower(path).startsWith(match.prefix)
    case 'exact': return (match.caseSensitive ? path : asciiLower(path)) === match.path
    case 'separated': {
      const subject = match.caseSensitive ? path : asciiLower(path)
      return subject.startsWith(match.prefix) && (subject.length === match.prefix.length || subject.charCodeAt(match.prefix.length) === 47)
    }
    case 'regex':
    case 'template': return match.regex.matches(path)
    case 'connect': return false
  }
}

/** True for content types `application/grpc` and `application/grpc+...`. */
export function isGrpc(head: Pick<RequestHead, 'get'>): boolean {
  const type = head.get('content-type')
  return type !== undefined && type.startsWith('application/grpc') && (type.length === 16 || type.charCodeAt(16) === 43 || type.charCodeAt(16) === 59)
}

/** `host:port` and `[v6]:port` without the port. */
export function stripPort(authority: string): string {
  const colon = authority.lastIndexOf(':')
  if (colon < 0 || authority.indexOf(']', colon) >= 0) return authority
  // An IPv6 address without brackets has several colons and no port.
  if (authority.indexOf(':') !== colon && authority.charCodeAt(0) !== 91) return authority
  return authority.slice(0, colon)
}
