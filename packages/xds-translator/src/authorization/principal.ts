/** Who is calling: RBAC principals. `undefined` = this attribute does not exist on opaque TCP. */
import type { Message } from '../wire/message.ts'
import { cidrRange, headerMatcher, quoted, valueMatcher } from './value-match.ts'

const JWT_FILTER = 'envoy.filters.http.jwt_authn'
const or = (ids: readonly Message[]): Message => ({ orIds: { ids } })
const authenticated = (principalName: Message): Message => ({ authenticated: { principalName } })

/** Certificate principals, without `spiffe://` as the API has them. */
export const principals = (values: readonly string[]): Message => or(values.map((value) => authenticated(valueMatcher(value, 'spiffe://'))))

/** Namespaces, wherever the trust domain and the service account are. */
export const namespaces = (values: readonly string[]): Message =>
  or(values.map((value) => authenticated({ safeRegex: { regex: `.*/ns/${quoted(value).replaceAll('\\*', '.*')}/.*` } })))

/** `name` (of the policy's namespace) or `namespace/name`; extra path segments of custom identities are let through. */
export const serviceAccounts = (values: readonly string[], ownNamespace: string): Message =>
  or(values.map((value) => {
    const [namespace, name] = value.includes('/') ? value.split('/') : [ownNamespace, value]
    return authenticated({ safeRegex: { regex: `spiffe://.+/ns/${quoted(namespace ?? '')}/(.+/|)sa/${quoted(name ?? '')}(/.+)?` } })
  }))

/** Trust domains of the caller. */
export const trustDomains = (values: readonly string[]): Message =>
  or(values.map((value) => authenticated(value === '*' ? { safeRegex: { regex: '.+' } } : value.includes('*')
    ? { safeRegex: { regex: `spiffe://${quoted(value).replaceAll('\\*', '.*')}/.*` } }
    : { prefix: `spiffe://${value}/` })))

/** `source.ipBlocks`: the address of the connection itself. */
export const directRemoteIps = (values: readonly string[]): Message => or(values.map((value) => ({ directRemoteIp: cidrRange(value) })))
/** `source.remoteIpBlocks`: the client's address, as trusted proxies in between tell it. */
export const remoteIps = (values: readonly string[]): Message => or(values.map((value) => ({ remoteIp: cidrRange(value) })))
/** `when: request.headers[name]`. */
export const requestHeaders = (name: string, values: readonly string[]): Message => or(values.map((value) => ({ header: headerMatcher(name, value) })))

/** `issuer/subject` of a token, split at the last slash. */
export function requestPrincipals(values: readonly string[]): Message {
  const all = values.map((value) => {
    const slash = value.lastIndexOf('/')
    const [issuer, subject] = slash < 0 ? withoutSlash(value) : [value.slice(0, slash), value.slice(slash + 1)]
    return { andIds: { ids: [tokenText(['iss'], issuer), tokenText(['sub'], subject)] } }
  })
  return all.length === 1 && all[0] !== undefined ? all[0] : or(all)
}

/** A star at one end stands for all of the other half too. */
const withoutSlash = (value: string): readonly [string, string] =>
  value === '*' ? ['*', '*'] : value.startsWith('*') ? ['*', value] : value.endsWith('*') ? [value, '*'] : [value, '']

const metadata = (path: readonly string[], value: Message): Message =>
  ({ metadata: { filter: JWT_FILTER, path: ['payload', ...path].map((key) => ({ key })), value } })

const tokenText = (path: readonly string[], value: string): Message => metadata(path, { stringMatch: valueMatcher(value) })

/** A claim is a text or a list of texts; one of `values` must be (among) it. */
export function claim(path: readonly string[], values: readonly string[]): Message {
  const matchers = values.map((value) => ({ stringMatch: valueMatcher(value) }))
  const one = matchers.length === 1 && matchers[0] !== undefined ? matchers[0] : { orMatch: { valueMatchers: matchers } }
  return metadata(path, { orMatch: { valueMatchers: [{ listMatch: { oneOf: one } }, one] } })
}
