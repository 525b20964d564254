/** One authorization rule as an RBAC policy: (any source) and (any operation) and (all conditions). */
import type { AuthorizationRule, ConditionRule, OperationRule, SourceRule, ValueRule } from '@istio-ts/mesh-model'
import type { Message } from '../wire/message.ts'
import { inAllTrustDomains } from './trust-domains.ts'
import { destinationIps, filterMetadata, hosts, methods, paths, ports, serverNames } from './permission.ts'
import { claim, directRemoteIps, namespaces, principals, remoteIps, requestHeaders, requestPrincipals, serviceAccounts, trustDomains } from './principal.ts'

/** What a rule is spelled for. */
export interface RuleScope {
  /** Opaque TCP has no requests: no paths, hosts, methods, headers, tokens. */
  readonly tcp: boolean
  /** ALLOW rules that speak of requests vanish on TCP; others keep what is left, so that they rather deny too much. */
  readonly allow: boolean
  /** Namespace of the policy. */
  readonly namespace: string
  readonly toListenPort: (workloadPort: number) => number
  /** The mesh's trust domain and its aliases. */
  readonly trustDomains: readonly string[]
}

/** One attribute: how to spell values, and whether it needs a request. */
interface Attribute {
  readonly side: 'principal' | 'permission'
  readonly needsRequest: boolean
  readonly rule: ValueRule
  readonly spell: (values: readonly string[]) => Message
}

/** The RBAC policy of a rule; undefined when it cannot be expressed on TCP. */
export function rbacPolicy(rule: AuthorizationRule, scope: RuleScope): Message | undefined {
  const conditions = rule.conditions.map((condition) => conditionAttribute(condition, scope))
  const sources = (rule.sources.length === 0 ? [[]] : rule.sources.map((source) => sourceAttributes(source, scope))).map((own) => [...own, ...conditions.filter((c) => c.side === 'principal')])
  const operations = (rule.operations.length === 0 ? [[]] : rule.operations.map((operation) => operationAttributes(operation, scope))).map((own) => [...own, ...conditions.filter((c) => c.side === 'permission')])
  const used = [...sources, ...operations].flat().filter((attribute) => !isEmpty(attribute.rule))
  if (scope.tcp && scope.allow && used.some((attribute) => attribute.needsRequest)) return undefined
  return {
    permissions: operations.map((list) => ({ andRules: { rules: spell(list, scope, 'notRule') } })),
    principals: sources.map((list) => ({ andIds: { ids: spell(list, scope, 'notId') } })),
  }
}

const isEmpty = (rule: ValueRule): boolean => rule.values.length === 0 && rule.notValues.length === 0

/** All attributes of one side; none at all = anybody, anything. */
function spell(attributes: readonly Attribute[], scope: RuleScope, not: 'notRule' | 'notId'): readonly Message[] {
  const parts = attributes
    .filter((attribute) => !(scope.tcp && attribute.needsRequest))
    .flatMap(({ rule, spell: words }) => [
      ...(rule.values.length === 0 ? [] : [words(rule.values)]),
      ...(rule.notValues.length === 0 ? [] : [{ [not]: words(rule.notValues) }]),
    ])
  return parts.length === 0 ? [{ any: true }] : parts
}

const sourceAttributes = (source: SourceRule, scope: RuleScope): readonly Attribute[] => [
  attribute('principal', inAllTrustDomains(source.principals, scope.trustDomains), principals),
  attribute('principal', source.requestPrincipals, requestPrincipals, true),
  attribute('principal', source.namespaces, namespaces),
  attribute('principal', source.serviceAccounts, (values) => serviceAccounts(values, scope.namespace)),
  attribute('principal', source.trustDomains, trustDomains),
  attribute('principal', source.remoteIpBlocks, remoteIps),
  attribute('principal', source.ipBlocks, directRemoteIps),
]

const operationAttributes = (operation: OperationRule, scope: RuleScope): readonly Attribute[] => [
  attribute('permission', operation.hosts, hosts, true),
  attribute('permission', operation.methods, methods, true),
  attribute('permission', operation.paths, paths, true),
  attribute('permission', operation.ports, (values) => ports(values, scope.toListenPort)),
]

const attribute = (side: Attribute['side'], rule: ValueRule, words: Attribute['spell'], needsRequest = false): Attribute => ({ side, rule, spell: words, needsRequest })

/** `when` keys. @see https://istio.io/latest/docs/reference/config/security/conditions/ */
function conditionAttribute(condition: ConditionRule, scope: RuleScope): Attribute {
  const [, name = '', bracket = ''] = /^([^[]+)((?:\[[^\]]*\])*)$/.exec(condition.key) ?? []
  const keys = [...bracket.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')
  switch (name) {
    case 'source.ip':
      return attribute('principal', condition, directRemoteIps)
    case 'remote.ip':
      return attribute('principal', condition, remoteIps)
    case 'source.namespace':
      return attribute('principal', condition, namespaces)
    case 'source.principal':
      return attribute('principal', inAllTrustDomains(condition, scope.trustDomains), principals)
    case 'source.serviceAccount':
      return attribute('principal', condition, (values) => serviceAccounts(values, scope.namespace))
    case 'source.trustDomain':
      return attribute('principal', condition, trustDomains)
    case 'request.headers':
      return attribute('principal', condition, (values) => requestHeaders(keys[0] ?? '', values), true)
    case 'request.auth.principal':
      return attribute('principal', condition, requestPrincipals, true)
    case 'request.auth.audiences':
      return attribute('principal', condition, (values) => claim(['aud'], values), true)
    case 'request.auth.presenter':
      return attribute('principal', condition, (values) => claim(['azp'], values), true)
    case 'request.auth.claims':
      return attribute('principal', condition, (values) => claim(keys, values), true)
    case 'destination.ip':
      return attribute('permission', condition, destinationIps)
    case 'destination.port':
      return attribute('permission', condition, (values) => ports(values, scope.toListenPort))
    case 'connection.sni':
      return attribute('permission', condition, serverNames)
    default:
      return attribute('permission', condition, (values) => filterMetadata(name.replace(/^experimental\./, ''), keys[0] ?? '', values))
  }
}
