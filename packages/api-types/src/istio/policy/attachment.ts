/** How a policy says what it applies to: pods by labels, or gateways and services by name. */
import type { Findings } from '../../validation/findings.ts'
import { atMostOne, type CelRule } from '../shared/schema/index.ts'
import { policyTargetReference, policyTargetReferences, workloadSelector, type PolicyTargetReference, type WorkloadSelector } from '../shared/workload-selector.ts'
import { policyDiagnostics } from './diagnostics.ts'

/** The fields of a policy that say where it applies; with none of them it applies to its namespace, or in the root namespace to the mesh. */
export interface PolicyAttachment {
  /** Pods and VMs with these labels. */
  readonly selector?: WorkloadSelector
  /** @deprecated by `targetRefs`. */
  readonly targetRef?: PolicyTargetReference
  /** Gateways, services and service entries of the same namespace; for waypoints the only way. */
  readonly targetRefs?: readonly PolicyTargetReference[]
}

/** Schema fields of {@link PolicyAttachment}. */
export const attachmentFields = () => ({ selector: workloadSelector(), targetRef: policyTargetReference(), targetRefs: policyTargetReferences() })

const MESSAGE = 'only one of targetRefs or selector can be set'

/** The CRD's rule for the three fields. */
export const oneAttachment = <T extends PolicyAttachment>(): CelRule<T> => atMostOne<T>(MESSAGE, ['selector', 'targetRef', 'targetRefs'])

/** The CRD's rule where there is no `targetRef`. */
export const oneAttachmentOfTwo = <T extends Omit<PolicyAttachment, 'targetRef'>>(): CelRule<T> => atMostOne<T>(MESSAGE, ['selector', 'targetRefs'])

const ALLOWED: ReadonlySet<string> = new Set(['/Service', 'core/Service', 'networking.istio.io/ServiceEntry', 'gateway.networking.k8s.io/Gateway', 'gateway.networking.k8s.io/GatewayClass'])

/** Istio's rules for the three fields. */
export function checkAttachment(spec: PolicyAttachment, at: Findings): void {
  const set = [spec.selector, spec.targetRef, (spec.targetRefs ?? []).length > 0 ? spec.targetRefs : undefined].filter((field) => field !== undefined && field !== null)
  if (set.length > 1) at.add(policyDiagnostics.severalAttachments())
  if (spec.selector) checkSelector(spec.selector, at.at('selector'))
  if (spec.targetRef) checkTarget(spec.targetRef, at.at('targetRef'))
  spec.targetRefs?.forEach((target, i) => checkTarget(target, at.at('targetRefs').at(i)))
}

/** Istio's rules for a selector: whole labels, and at least one. */
export function checkSelector(selector: WorkloadSelector, at: Findings): void {
  const labels = Object.entries(selector.matchLabels ?? {})
  if (labels.length === 0) at.add(policyDiagnostics.emptySelector())
  for (const [key, value] of labels) {
    const place = at.at('matchLabels').at(key)
    if (key === '') place.add(policyDiagnostics.selectorLabel('empty key', `${key}=${value}`))
    if (key.includes('*') || String(value).includes('*')) place.add(policyDiagnostics.selectorLabel('wildcard', `${key}=${value}`))
  }
}

function checkTarget(target: Partial<PolicyTargetReference> | null, at: Findings): void {
  if (!target) return
  if (!target.name) at.add(policyDiagnostics.targetName())
  if (target.namespace) at.at('namespace').add(policyDiagnostics.targetNamespace())
  const group = target.group ?? ''
  if (!ALLOWED.has(`${group}/${target.kind}`)) at.add(policyDiagnostics.targetKind(group, target.kind ?? ''))
}
