/** envoy.config.rbac.v3.RBAC compiled: the same engine for HTTP and TCP. */
import { cidrContains, parseCidr, parseIp, type Cidr } from '@istio-ts/foundation'
import type { RequestHead } from '../codec/codec.ts'
import { noteBadField, type Report } from '../config/report.ts'
import { isRecord, type RbacPermission, type RbacPrincipal, type RbacRules } from '../config/wire.ts'
import { compileHeaderMatcher } from '../match/header-matcher.ts'
import { compileMetadataMatcher } from '../match/metadata-matcher.ts'
import { compileStringMatcher } from '../match/string-matcher.ts'
import type { ConnectionInfo } from '../stream/connection-info.ts'

/** What is judged: a connection, with a request on HTTP. */
export interface RbacSubject {
  readonly connection: ConnectionInfo
  readonly head: RequestHead | undefined
  /** The address the client is taken to have (XFF), without port. */
  readonly remoteIp: string
  readonly metadata: ReadonlyMap<string, Record<string, unknown>> | undefined
}

/** One condition. */
type RbacTest = (subject: RbacSubject) => boolean

/** Compiled rules; policies are tried in the order of their names, as Envoy does (its policies are a sorted map). */
export interface CompiledRbac {
  readonly action: 'ALLOW' | 'DENY' | 'LOG'
  readonly policies: readonly { readonly name: string; readonly matches: RbacTest }[]
}

/** What the rules say. `policy` is the policy that matched, `none` if none did. */
export interface RbacDecision {
  readonly allowed: boolean
  readonly policy: string
}

/** Compiles rules; undefined stays undefined (no rules: everything passes). */
export function compileRbac(rules: RbacRules | undefined, path: string, report: Report): CompiledRbac | undefined {
  if (!rules) return undefined
  const action = rules.action === 'DENY' ? 'DENY' : rules.action === 'LOG' ? 'LOG' : 'ALLOW'
  const policies = Object.entries(rules.policies ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, policy]) => {
    const at = `${path}.policies["${name}"]`
    const permissions = (policy.permissions ?? []).map((permission, i) => compilePermission(permission, `${at}.permissions[${i}]`, report))
    const principals = (policy.principals ?? []).map((principal, i) => compilePrincipal(principal, `${at}.principals[${i}]`, report))
    if (policy.condition !== undefined || policy.checkedCondition !== undefined) noteBadField(report, `${at}.condition`, 'CEL conditions are not supported')
    return { name, matches: (subject: RbacSubject) => permissions.some((test) => test(subject)) && principals.some((test) => test(subject)) }
  })
  return { action, policies }
}

/** Decides: ALLOW needs a match, DENY refuses on one, LOG lets everything pass. */
export function decideRbac(rbac: CompiledRbac, subject: RbacSubject): RbacDecision {
  for (const policy of rbac.policies) if (policy.matches(subject)) return { allowed: rbac.action !== 'DENY', policy: policy.name }
  return { allowed: rbac.action !== 'ALLOW', policy: 'none' }
}

function compilePermission(permission: RbacPermission, path: string, report: Report): RbacTest {
  if (permission.any !== undefined) return () => permission.any === true
  if (permission.andRules) return every((permission.andRules.rules ?? []).map((rule, i) => compilePermission(rule, `${path}.andRules.rules[${i}]`, report)))
  if (permission.orRules) return some((permission.orRules.rules ?? []).map((rule, i) => compilePermission(rule, `${path}.orRules.rules[${i}]`, report)))
  if (permission.notRule) return not(compilePermission(permission.notRule, `${path}.notRule`, report))
  if (permission.header) return headerTest(compileHeaderMatcher(permission.header, `${path}.header`, report))
  if (permission.urlPath) {
    const test = compileStringMatcher(permission.urlPath.path ?? {}, `${path}.urlPath.path`, report)
    return (subject) => subject.head !== undefined && test(pathOf(subject.head))
  }
  if (permission.destinationIp) return ipTest(cidrOf(permission.destinationIp, path, report), (subject) => localIp(subject.connection))
  if (permission.destinationPort !== undefined) return (subject) => subject.connection.localPort === permission.destinationPort
  if (permission.destinationPortRange) {
    const { start = 0, end = 0 } = permission.destinationPortRange
    return (subject) => subject.connection.localPort >= start && subject.connection.localPort < end
  }
  if (permission.requestedServerName) {
    const test = compileStringMatcher(permission.requestedServerName, `${path}.requestedServerName`, report)
    return (subject) => test(subject.connection.requestedServerName)
  }
  if (permission.metadata) return metadataTest(compileMetadataMatcher(permission.metadata, `${path}.metadata`, report))
  if (permission.sourcedMetadata?.metadataMatcher) return metadataTest(compileMetadataMatcher(permission.sourcedMetadata.metadataMatcher, `${path}.sourcedMetadata`, report))
  if (permission.uriTemplate?.typedConfig) {
    const template = permission.uriTemplate.typedConfig['pathTemplate']
    const test = compileStringMatcher({ safeRegex: { regex: templatePattern(typeof template === 'string' ? template : '') } }, `${path}.uriTemplate`, report)
    return (subject) => subject.head !== undefined && test(pathOf(subject.head))
  }
  if (permission.matcher?.typedConfig) return ipMatcher(permission.matcher.typedConfig, path, report)
  noteBadField(report, path, 'the permission is empty or of a kind that is not supported')
  return () => false
}

function compilePrincipal(principal: RbacPrincipal, path: string, report: Report): RbacTest {
  if (principal.any !== undefined) return () => principal.any === true
  if (principal.andIds) return every((principal.andIds.ids ?? []).map((id, i) => compilePrincipal(id, `${path}.andIds.ids[${i}]`, report)))
  if (principal.orIds) return some((principal.orIds.ids ?? []).map((id, i) => compilePrincipal(id, `${path}.orIds.ids[${i}]`, report)))
  if (principal.notId) return not(compilePrincipal(principal.notId, `${path}.notId`, report))
  if (principal.authenticated) {
    const wanted = principal.authenticated.principalName
    const test = wanted ? compileStringMatcher(wanted, `${path}.authenticated.principalName`, report) : undefined
    return ({ connection }) => {
      const { tls } = connection
      if (tls?.peerFingerprint === undefined) return false
      if (!test) return true
      // URI SANs, else DNS SANs, else the subject (envoy rbac AuthenticatedMatcher).
      if (tls.peerUris.length > 0) return tls.peerUris.some(test)
      if (tls.peerDnsNames.length > 0) return tls.peerDnsNames.some(test)
      return test(tls.peerSubject ?? '')
    }
  }
  if (principal.filterState) {
    const matcher = principal.filterState
    const test = matcher.stringMatch ? compileStringMatcher(matcher.stringMatch, `${path}.filterState`, report) : undefined
    // Istio's `io.istio.peer_principal`: the verified identity of the peer.
    return ({ connection }) => matcher.key === 'io.istio.peer_principal' && test !== undefined && connection.principal !== '' && test(connection.principal)
  }
  if (principal.directRemoteIp) return ipTest(cidrOf(principal.directRemoteIp, path, report), (subject) => ipOf(subject.connection.remoteAddress))
  if (principal.sourceIp) return ipTest(cidrOf(principal.sourceIp, path, report), (subject) => ipOf(subject.connection.remoteAddress))
  if (principal.remoteIp) return ipTest(cidrOf(principal.remoteIp, path, report), (subject) => subject.remoteIp)
  if (principal.header) return headerTest(compileHeaderMatcher(principal.header, `${path}.header`, report))
  if (principal.urlPath) {
    const test = compileStringMatcher(principal.urlPath.path ?? {}, `${path}.urlPath.path`, report)
    return (subject) => subject.head !== undefined && test(pathOf(subject.head))
  }
  if (principal.metadata) return metadataTest(compileMetadataMatcher(principal.metadata, `${path}.metadata`, report))
  if (principal.sourcedMetadata?.metadataMatcher) return metadataTest(compileMetadataMatcher(principal.sourcedMetadata.metadataMatcher, `${path}.sourcedMetadata`, report))
  noteBadField(report, path, 'the principal is empty or of a kind that is not supported')
  return () => false
}

const every = (tests: readonly RbacTest[]): RbacTest => (subject) => tests.every((test) => test(subject))
const some = (tests: readonly RbacTest[]): RbacTest => (subject) => tests.some((test) => test(subject))
const not = (test: RbacTest): RbacTest => (subject) => !test(subject)

/** Header conditions never hold without a request. */
const headerTest = (test: (head: RequestHead) => boolean): RbacTest => (subject) => subject.head !== undefined && test(subject.head)

const metadataTest = (test: (metadata: RbacSubject['metadata']) => boolean): RbacTest => (subject) => test(subject.metadata)

/** The path without query: what Istio's `paths` mean. The normalised path is what routing sees too. */
const pathOf = (head: RequestHead): string => {
  const question = head.path.search(/[?#]/)
  return question < 0 ? head.path : head.path.slice(0, question)
}

const ipOf = (address: ConnectionInfo['remoteAddress']): string => (address.kind === 'ip' ? address.ip : '')
const localIp = (connection: ConnectionInfo): string => ipOf(connection.localAddress)

function ipTest(range: Cidr | undefined, read: (subject: RbacSubject) => string): RbacTest {
  return (subject) => {
    const bytes = parseIp(read(subject))
    return bytes !== undefined && range !== undefined && cidrContains(range, bytes)
  }
}

function cidrOf(range: { readonly addressPrefix?: string; readonly prefixLen?: number }, path: string, report: Report): Cidr | undefined {
  const cidr = parseCidr(`${range.addressPrefix ?? ''}/${range.prefixLen ?? 0}`)
  if (!cidr) noteBadField(report, path, `${range.addressPrefix ?? ''}/${range.prefixLen ?? 0} is not an address range`)
  return cidr
}

/** xds.type.matcher.v3.IPMatcher style extension: only the destination port or ranges Istio writes; others are refused. */
function ipMatcher(config: Readonly<Record<string, unknown>>, path: string, report: Report): RbacTest {
  const ranges = Array.isArray(config['ranges']) ? config['ranges'].filter(isRecord) : undefined
  if (!ranges) {
    noteBadField(report, path, 'the matcher extension is not supported')
    return () => false
  }
  const compiled = ranges.map((range) => cidrOf({ addressPrefix: String(range['addressPrefix'] ?? ''), prefixLen: Number(range['prefixLen'] ?? 0) }, path, report))
  return (subject) => compiled.some((range) => ipTest(range, (of) => localIp(of.connection))(subject))
}

/** Istio's path templates: `{*}` is one segment, `{**}` any number. */
const templatePattern = (template: string): string =>
  template.replace(/\{\*\*\}|\{\*\}|\{[^{}=]+(?:=([^{}]*))?\}|\*\*|\*|[^*{}]+/g, (part, inner: string | undefined) => {
    if (part === '{**}' || part === '**') return '.*'
    if (part === '{*}' || part === '*') return '[^/]+'
    if (part.startsWith('{')) return inner === undefined ? '[^/]+' : templatePattern(inner)
    return part.replace(/[.+?^$()|[\]\\]/g, '\\$&')
  })
