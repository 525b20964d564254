/** Rules for annotations that hold for every kind of Istio's. */
import type { Kind } from '../../kind.ts'
import type { Resource } from '../../resource.ts'
import { findings, type Findings } from '../../validation/findings.ts'
import { policyDiagnostics } from './diagnostics.ts'

const DRY_RUN = 'istio.io/dry-run'

/** Annotations that Istio writes for itself; from outside they would lend rights, so its webhook refuses them. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['internal.istio.io/webhook-always-reject', 'found, rejecting'],
  ['internal.istio.io/parent-namespace', 'found, this may not be set by users'],
  ['internal.istio.io/parents', 'found, this may not be set by users'],
])

/** What Go's strconv.ParseBool takes. */
const BOOLEANS: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'])

/** Adds the rules for annotations to a kind. @param dryRunActions actions of the kind that can be tried out without effect; none by default */
export const withMetadataRules = <Spec, K extends Kind<Spec>>(kind: K, dryRunActions?: (spec: Spec) => string | undefined): K => ({
  ...kind,
  validate: (resource: Resource<Spec>, context: Parameters<K['validate']>[1]) => [
    ...findings(resource, (at) => checkAnnotations(resource, at.at('metadata').at('annotations'), dryRunActions)),
    ...kind.validate(resource, context),
  ],
})

function checkAnnotations<Spec>(resource: Resource<Spec>, at: Findings, actionOf: ((spec: Spec) => string | undefined) | undefined): void {
  const annotations = resource.metadata.annotations ?? {}
  const dryRun = Object.hasOwn(annotations, DRY_RUN) ? annotations[DRY_RUN] : undefined
  if (dryRun !== undefined) checkDryRun(dryRun, actionOf?.(resource.spec), at.at(DRY_RUN), actionOf !== undefined)
  for (const [name, reason] of REFUSED) if (Object.hasOwn(annotations, name)) at.at(name).add(policyDiagnostics.annotation(name, reason))
}

function checkDryRun(value: string, action: string | undefined, at: Findings, isSupported: boolean): void {
  if (!isSupported) at.add(policyDiagnostics.annotation(DRY_RUN, 'is supported by AuthorizationPolicy only'))
  else if (action !== 'ALLOW' && action !== 'DENY') at.add(policyDiagnostics.annotation(DRY_RUN, `currently only supports action ALLOW/DENY, found action ${action}`))
  else if (!BOOLEANS.has(value)) at.add(policyDiagnostics.dryRunValue(value))
}
