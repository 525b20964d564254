/** The authorization filters of a server, in order of evaluation; the same for HTTP and TCP but for their types. */
import type { AuthorizationPolicies, AuthorizationPolicyRules, CustomAuthorization } from '@istio-ts/mesh-model'
import { httpExtAuthz, networkExtAuthz } from '../http-filters/ext-authz/index.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'
import { rbac, type RbacAction } from './rbac.ts'

/** Where the filters stand. */
export interface AuthorizationScope {
  readonly tcp: boolean
  readonly toListenPort: (workloadPort: number) => number
  /** The mesh's trust domain and its aliases. */
  readonly trustDomains: readonly string[]
}

/** CUSTOM: RBAC in shadow marks what the provider is asked about; the provider itself decides. */
export const customFilters = (policies: AuthorizationPolicies, scope: AuthorizationScope): readonly NamedExtension[] => policies.custom.flatMap((custom) => customFilter(custom, scope))

/** AUDIT (logs), then DENY, then ALLOW: each an RBAC filter of its own. */
export const ruleFilters = (policies: AuthorizationPolicies, scope: AuthorizationScope): readonly NamedExtension[] => [
  ...ruleFilter(policies.audit, 'LOG', scope),
  ...ruleFilter(policies.deny, 'DENY', scope),
  ...ruleFilter(policies.allow, 'ALLOW', scope),
]

function ruleFilter(policies: readonly AuthorizationPolicyRules[], action: RbacAction, scope: AuthorizationScope): readonly NamedExtension[] {
  const all = { ...scope, action, namePrefix: '' }
  const rules = rbac(policies.filter((policy) => !policy.dryRun), all)
  const shadow = rbac(policies.filter((policy) => policy.dryRun), all)
  if (rules === undefined && shadow === undefined) return []
  return [rbacFilter(scope, present({ rules, shadowRules: shadow, shadowRulesStatPrefix: shadow !== undefined && action === 'DENY' ? 'istio_dry_run_deny_' : 'istio_dry_run_allow_' }))]
}

/** Without a known provider nobody could be asked: the policy's requests are denied. */
function customFilter(custom: CustomAuthorization, scope: AuthorizationScope): readonly NamedExtension[] {
  const { settings, provider } = custom
  if (settings === undefined) {
    const rules = rbac(custom.policies, { ...scope, action: 'DENY', namePrefix: `istio-ext-authz-${provider}-`, nameSuffix: '-deny-due-to-bad-CUSTOM-action' })
    return rules === undefined ? [] : [rbacFilter(scope, { rules })]
  }
  // An HTTP authorizer cannot be asked about bytes.
  if (scope.tcp && settings.kind === 'http') return []
  const shadowRules = rbac(custom.policies, { ...scope, action: 'DENY', namePrefix: `istio-ext-authz-${provider}-` })
  if (shadowRules === undefined) return []
  return [
    rbacFilter(scope, { shadowRules, shadowRulesStatPrefix: 'istio_ext_authz_' }),
    scope.tcp ? networkExtAuthz(provider, settings) : httpExtAuthz(provider, settings),
  ]
}

const rbacFilter = (scope: AuthorizationScope, config: Message): NamedExtension =>
  scope.tcp
    ? extension('envoy.filters.network.rbac', typed('envoy.extensions.filters.network.rbac.v3.RBAC', { ...config, statPrefix: 'tcp.' }))
    : extension('envoy.filters.http.rbac', typed('envoy.extensions.filters.http.rbac.v3.RBAC', config))
