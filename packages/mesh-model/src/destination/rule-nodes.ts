/** Wiring: destination rules, merged per namespace, and the policy of a destination for a client. */
import { DestinationRule, type MeshConfig } from '@istio-ts/api-types'
import type { Graph, Lookup, Singleton } from '@istio-ts/collections'
import { isWildcard, type HostName, type Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import type { DestinationPolicy } from '../view/destination-policy.ts'
import { chooseRule, type RuleClient, type RuleShelf } from './choose-rule.ts'
import { mergedPolicy } from './merge-policy.ts'
import { mergeRules, ruleModel, type RuleModel } from './rule.ts'

/** Where rules are found. */
export interface RuleNodes {
  /** Merged rules of a namespace. */
  readonly ofNamespace: Lookup<readonly RuleModel[]>
  /** A merged rule by its key. */
  rule(key: string): RuleModel | undefined
  /** The rule that speaks for a host as a client sees it. */
  choose(host: HostName, serviceNamespace: string, client: RuleClient): RuleModel | undefined
  /** The policy of one port and subset under a rule. */
  policy(rule: RuleModel | undefined, port: number, subset: string): DestinationPolicy
  /** Names of labels that rules ask clients for, by the namespace of the rule. */
  readonly selectorLabels: Lookup<readonly string[]>
  /** Names of labels that failover priorities compare. */
  readonly failoverLabels: { get(): readonly string[] }
}

/** Makes the nodes. */
export function ruleNodes(graph: Graph, sets: ResourceSets, mesh: Singleton<MeshConfig>, domain: string, isLocal: Singleton<boolean>): RuleNodes {
  const defaults = graph.singleton('defaults of destination rules', () => ({ domain, exportTo: mesh.get().defaultDestinationRuleExportTo }))
  const policyDefaults = graph.singleton('defaults of destination policies', () => {
    const { defaultTrafficPolicy, localityLbSetting } = mesh.get()
    return { ...(defaultTrafficPolicy ? { defaultTrafficPolicy } : {}), localityLbSetting, isLocal: isLocal.get() }
  })
  const models = graph.derive('destination rules', sets.config(DestinationRule), (resource) => ruleModel(resource, defaults.get()))
  const comparing = graph.indexBy('destination rules that compare labels', models, (rule) => (failoverLabelsOf(rule).length > 0 ? [''] : []))
  const modelsByNamespace = graph.indexBy('destination rules by namespace', models, (rule) => [rule.namespace])
  const ofNamespace = graph.lookup('merged destination rules', (namespace) => mergeRules(modelsByNamespace.lookup(namespace)))
  const byHost = graph.lookup('merged destination rules by host', (key) => {
    const [namespace = '', host = ''] = split(key)
    return ofNamespace.get(namespace).filter((rule) => rule.host === host)
  })
  const wildcards = graph.lookup('wildcard destination rules', (namespace) => ofNamespace.get(namespace).filter((rule) => isWildcard(rule.host)))
  const shelf: RuleShelf = { exact: (namespace, host) => byHost.get(`${namespace}/${host}`), wildcards: (namespace) => wildcards.get(namespace) }
  return {
    ofNamespace,
    rule: (key) => ofNamespace.get(split(key)[0] ?? '').find((rule) => rule.key === key),
    choose: (host, serviceNamespace, client) => chooseRule(host, serviceNamespace, client, shelf),
    policy: (rule, port, subset) => mergedPolicy(rule, port, rule?.subsets.find((one) => one.subset.name === subset), policyDefaults.get()),
    failoverLabels: graph.singleton('labels of failover priorities', () =>
      [...new Set([...comparing.lookup('').flatMap(failoverLabelsOf), ...(policyDefaults.get().localityLbSetting.failoverPriority ?? []).map((label) => label.split('=')[0] ?? '')])].sort()),
    selectorLabels: graph.lookup('client labels of destination rules', (namespace) =>
      [...new Set(ofNamespace.get(namespace).flatMap((rule) => Object.keys(rule.selector ?? {})))].sort()),
  }
}

const failoverLabelsOf = (rule: RuleModel): readonly string[] =>
  [rule.policy?.policy, ...rule.subsets.map(({ subset }) => subset.trafficPolicy)]
    .flatMap((policy) => [policy?.loadBalancer, ...(policy?.portLevelSettings ?? []).map((one) => one.loadBalancer)])
    .flatMap((balancer) => balancer?.localityLbSetting?.failoverPriority ?? []).map((label) => label.split('=')[0] ?? '')

/** The parts of `namespace/name`. */
const split = (key: string): readonly string[] => {
  const slash = key.indexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}

/** The labels with the given names. */
export const pickLabels = (labels: Labels, names: Iterable<string>): Labels => {
  const picked: [string, string][] = []
  for (const name of [...new Set(names)].sort()) if (Object.hasOwn(labels, name)) picked.push([name, labels[name] ?? ''])
  return Object.fromEntries(picked)
}
