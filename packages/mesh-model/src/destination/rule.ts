/** A DestinationRule with its host resolved; rules of one host in one namespace are merged into one. */
import { refOf, type DestinationRuleSpec, type Resource, type Subset, type TrafficPolicy } from '@istio-ts/api-types'
import { from, resolveShortHost, type HostName, type Labels, type Provenance, type ResourceRef } from '@istio-ts/foundation'
import { visibilityKey, visibilityOf, type Visibility } from '../visibility/export-to.ts'
import { compareText } from '../inputs/resource-order.ts'

/** A subset with where it was written. */
export interface RuleSubset {
  readonly subset: Subset
  readonly from: Provenance
}

/** One rule, or several merged. */
export interface RuleModel {
  /** `namespace/name` of the (oldest) resource. */
  readonly key: string
  readonly ref: ResourceRef
  readonly namespace: string
  readonly host: HostName
  readonly visibility: Visibility
  /** Workloads that the rule is for, as clients; absent = all. */
  readonly selector?: Labels
  readonly created: string
  readonly policy?: { readonly policy: TrafficPolicy; readonly from: Provenance }
  readonly subsets: readonly RuleSubset[]
  /** All resources that took part. */
  readonly from: readonly Provenance[]
}

/** What the mesh as a whole contributes. */
export interface RuleDefaults {
  readonly domain: string
  /** MeshConfig `defaultDestinationRuleExportTo`. */
  readonly exportTo: readonly string[]
}

/** Resolves the names of one resource. */
export function ruleModel(resource: Resource<DestinationRuleSpec>, defaults: RuleDefaults): RuleModel {
  const { metadata, spec } = resource
  const ref = refOf(resource)
  const selector = spec.workloadSelector?.matchLabels
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    ref,
    namespace: metadata.namespace,
    host: resolveShortHost(spec.host.toLowerCase(), metadata.namespace, defaults.domain),
    visibility: visibilityOf(spec.exportTo, metadata.namespace, defaults.exportTo),
    ...(selector && Object.keys(selector).length > 0 ? { selector } : {}),
    created: metadata.creationTimestamp ?? '',
    ...(spec.trafficPolicy ? { policy: { policy: spec.trafficPolicy, from: from(ref, 'spec.trafficPolicy') } } : {}),
    subsets: (spec.subsets ?? []).map((subset, i) => ({ subset, from: from(ref, `spec.subsets[${i}]`) })),
    from: [from(ref)],
  }
}

/** Oldest first, then by name. */
export const compareRules = (a: RuleModel, b: RuleModel): number => compareText(a.created, b.created) || compareText(a.key, b.key)

/**
 * Merges the rules of one host and namespace that are visible alike: subsets are united (of two with one name the older stays), and the
 * first traffic policy counts alone. Rules with a selector stay apart from those without. @see istio pilot/pkg/model/destination_rule.go
 */
export function mergeRules(rules: readonly RuleModel[]): readonly RuleModel[] {
  const merged = new Map<string, RuleModel>()
  for (const rule of [...rules].sort(compareRules)) {
    const key = `${rule.host}|${visibilityKey(rule.visibility)}|${JSON.stringify(Object.entries(rule.selector ?? {}).sort())}`
    const older = merged.get(key)
    merged.set(key, older ? unite(older, rule) : rule)
  }
  return [...merged.values()]
}

function unite(older: RuleModel, younger: RuleModel): RuleModel {
  const names = new Set(older.subsets.map(({ subset }) => subset.name))
  const policy = older.policy ?? younger.policy
  return {
    ...older,
    ...(policy ? { policy } : {}),
    subsets: [...older.subsets, ...younger.subsets.filter(({ subset }) => !names.has(subset.name))],
    from: [...older.from, ...younger.from],
  }
}
