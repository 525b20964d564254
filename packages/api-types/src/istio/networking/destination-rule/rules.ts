/** Istio's rules for a DestinationRule. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { checkSubsetName } from '../../../validation/destinations.ts'
import { checkWildcardDomain } from '../../../validation/domains.ts'
import { checkExportTo } from '../../../validation/export-to.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkLabels } from '../../../validation/labels.ts'
import { checkTrafficPolicy } from '../../../validation/traffic-policy.ts'
import { checkSelector } from '../../policy/attachment.ts'
import type { DestinationRuleSpec } from './types.ts'

/** Checks the spec; `at` stands at it. */
export function checkDestinationRule(spec: DestinationRuleSpec, at: Findings, resource: Pick<Resource, 'metadata'>): void {
  checkWildcardDomain(spec.host ?? '', at.at('host'))
  checkTrafficPolicy(spec.trafficPolicy, at.at('trafficPolicy'))
  const names = new Set<string>()
  at.each('subsets', spec.subsets, (subset, place) => {
    if (names.has(subset.name)) place.at('name').add(found.duplicate(`duplicate subset names: ${subset.name}`))
    names.add(subset.name)
    checkSubsetName(subset.name, place.at('name'))
    checkLabels('labels', subset.labels, place)
    checkTrafficPolicy(subset.trafficPolicy, place.at('trafficPolicy'))
  })
  checkExportTo(spec.exportTo, { namespace: resource.metadata.namespace, isSelectorRule: spec.workloadSelector !== undefined }, at)
  if (spec.workloadSelector) checkSelector(spec.workloadSelector, at.at('workloadSelector'))
}
