/** Values of an AuthorizationPolicy: addresses, ports, path templates and the attributes of `when`. @see istio pkg/config/security */
import { parseCidr, parseIp } from '@istio-ts/foundation'

/** An IP address (a zone is allowed) or a CIDR range. */
export const isIpOrRange = (value: string): boolean =>
  value.includes('/') ? parseCidr(value) !== undefined : parseIp(value) !== undefined || parseIp(value.replace(/%[^%]+$/, '')) !== undefined

/** A port as decimal text, 0 to 65535. */
export const isPort = (value: string): boolean => /^\d+$/.test(value) && Number(value) <= 65535

/** Named variables, empty braces and bare stars next to a slash: forms of Envoy's path templates that Istio does not support. */
const UNSUPPORTED_TEMPLATE = /\/\{\w+=\*[*]?\}|\{\w*\}|\/\*[*]?|\*[*]?\//

/** A path that is a template (it has `{*}` or `{**}`) has only these variables. */
export const isPathTemplateSupported = (path: string): boolean => !(path.includes('{*}') || path.includes('{**}')) || !UNSUPPORTED_TEMPLATE.test(path)

type Check = (key: string, values: readonly string[]) => readonly string[]

const none: Check = () => []
const ips: Check = (_, values) => values.filter((value) => !isIpOrRange(value)).map((value) => `bad IP address or CIDR range (${value})`)
const ports: Check = (_, values) => values.filter((value) => !isPort(value)).map((value) => `bad port (${value})`)
const refused = (reason: string): Check => () => [reason]

/** `a[b]` with something between the brackets. */
const mapKey: Check = (key) => {
  const open = key.indexOf('[')
  return key.endsWith(']') && open > 0 && open < key.length - 2 ? [] : [`bad key (${key}): should have format a[b]`]
}

const EXACT: ReadonlyMap<string, Check> = new Map([
  ['source.ip', ips],
  ['remote.ip', ips],
  ['source.namespace', none],
  ['source.serviceAccount', none],
  ['source.trustDomain', none],
  ['source.principal', none],
  ['request.auth.principal', none],
  ['request.auth.audiences', none],
  ['request.auth.presenter', none],
  ['destination.ip', ips],
  ['destination.port', ports],
  ['connection.sni', none],
  ['destination.namespace', refused("is replaced by the policy's namespace")],
  ['destination.name', refused('is deprecated and has no meaning any more')],
  ['destination.user', refused('is deprecated and has no meaning any more')],
])

const PREFIX: readonly (readonly [string, Check])[] = [
  ['request.headers', mapKey],
  ['request.auth.claims', mapKey],
  ['experimental.envoy.filters.', mapKey],
  ['destination.labels', refused('is replaced by the workload selector')],
]

/** What is wrong with an attribute and its values; empty if nothing is. No values are always right. */
export function checkAttribute(key: string, values: readonly string[]): readonly string[] {
  if (values.includes('')) return ['empty value not allowed']
  const check = EXACT.get(key) ?? PREFIX.find(([prefix]) => key.startsWith(prefix))?.[1]
  return check ? check(key, values) : ['unknown attribute']
}
