/** Where authorization policies come from: by the names under which proxies report them. */
import type { AuthorizationPolicies } from '@istio-ts/mesh-model'
import type { XdsPart } from '../resource.ts'
import { policyName } from './rbac.ts'

/** One part per rule, `policies["ns[default]-policy[deny]-rule[0]"]`, so that a denial leads to its line of YAML. */
export const policyOrigins = (policies: AuthorizationPolicies): readonly XdsPart[] =>
  [...policies.custom.flatMap((custom) => custom.policies), ...policies.audit, ...policies.deny, ...policies.allow].flatMap((policy) =>
    policy.rules.length === 0
      ? [{ path: `policies[${JSON.stringify(policyName(policy, 0))}]`, from: policy.from }]
      : policy.rules.map((rule) => ({ path: `policies[${JSON.stringify(policyName(policy, rule.index))}]`, from: rule.from })))
