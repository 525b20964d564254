/** Policies of one action as an RBAC message, with Istio's names for policies. */
import type { AuthorizationPolicyRules } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'
import { rbacPolicy, type RuleScope } from './rule.ts'

/** What Envoy does with a request that a policy matches; Istio's AUDIT is LOG. */
export type RbacAction = 'ALLOW' | 'DENY' | 'LOG'

/** What all policies of a filter share. */
export interface RbacScope extends Omit<RuleScope, 'namespace' | 'allow'> {
  readonly action: RbacAction
  /** Stands before every policy name (`istio-ext-authz-<provider>-`). */
  readonly namePrefix: string
  /** Stands after every policy name; default nothing. */
  readonly nameSuffix?: string
}

/** `ns[default]-policy[allow]-rule[0]`: seen in metrics, logs and traces. */
export const policyName = (policy: Pick<AuthorizationPolicyRules, 'namespace' | 'name'>, rule: number): string => `ns[${policy.namespace}]-policy[${policy.name}]-rule[${rule}]`

/** Matches nothing: how "ALLOW without rules" is said. */
const NEVER: Message = { permissions: [{ notRule: { any: true } }], principals: [{ notId: { any: true } }] }

/** The RBAC of some policies; undefined when there are none. All rules may vanish on TCP; an ALLOW without policies then allows nothing. */
export function rbac(policies: readonly AuthorizationPolicyRules[], scope: RbacScope): Message | undefined {
  if (policies.length === 0) return undefined
  const nameOf = (policy: AuthorizationPolicyRules, rule: number): string => `${scope.namePrefix}${policyName(policy, rule)}${scope.nameSuffix ?? ''}`
  const entries = policies.flatMap((policy): readonly (readonly [string, Message])[] => {
    if (policy.rules.length === 0) return scope.action === 'ALLOW' ? [[nameOf(policy, 0), NEVER]] : []
    return policy.rules.flatMap((rule) => {
      const message = rbacPolicy(rule, { ...scope, allow: scope.action === 'ALLOW', namespace: policy.namespace })
      return message === undefined ? [] : [[nameOf(policy, rule.index), message] as const]
    })
  })
  return present({ action: scope.action === 'ALLOW' ? undefined : scope.action, policies: entries.length === 0 ? undefined : Object.fromEntries(entries) })
}
