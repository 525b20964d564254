/** What is asked for: RBAC permissions. */
import { typed, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'
import { cidrRange, headerMatcher, valueMatcher } from './value-match.ts'

const or = (rules: readonly Message[]): Message => ({ orRules: { rules } })

/** `operation.hosts`, whatever their case. */
export const hosts = (values: readonly string[]): Message => or(values.map((value) => ({ header: headerMatcher(':authority', value, true) })))
/** `operation.methods`. */
export const methods = (values: readonly string[]): Message => or(values.map((value) => ({ header: headerMatcher(':method', value) })))
/** `when: destination.ip`. */
export const destinationIps = (values: readonly string[]): Message => or(values.map((value) => ({ destinationIp: cidrRange(value) })))
/** `when: connection.sni`. */
export const serverNames = (values: readonly string[]): Message => or(values.map((value) => ({ requestedServerName: valueMatcher(value) })))

/** Ports are workload ports; `toListen` maps them to where the proxy listens, which is what Envoy compares. */
export const ports = (values: readonly string[], toListen: (port: number) => number): Message => or(values.map((value) => ({ destinationPort: toListen(Number(value)) })))

/** Paths without query; `{*}` and `{**}` are URI templates. */
export const paths = (values: readonly string[]): Message => or(values.map((value) => (isTemplate(value) ? { uriTemplate: uriTemplate(value) } : { urlPath: { path: valueMatcher(value) } })))

const isTemplate = (path: string): boolean => path.includes('{*}') || path.includes('{**}')
const uriTemplate = (path: string): Message =>
  extension('uri-template', typed('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', { pathTemplate: path.replaceAll('{*}', '*').replaceAll('{**}', '**') }))

/** `experimental.envoy.filters.network.mysql_proxy[db.table]`: dynamic metadata of another filter; `[v]` looks into a list. */
export function filterMetadata(filter: string, key: string, values: readonly string[]): Message {
  const all = values.map((value) => {
    const inList = value.startsWith('[') && value.endsWith(']')
    const matcher = { stringMatch: valueMatcher(inList ? value.slice(1, -1) : value) }
    return inList ? { listMatch: { oneOf: matcher } } : matcher
  })
  return { metadata: { filter, path: [{ key }], value: all.length === 1 && all[0] !== undefined ? all[0] : { orMatch: { valueMatchers: all } } } }
}
