/** The authorization policies of a workload, in the order in which they are asked. @see istio pilot/pkg/security/authz */
import { refOf, type AuthorizationPolicySpec, type Resource } from '@istio-ts/api-types'
import { from, matchesLabels, type Labels, type Provenance } from '@istio-ts/foundation'
import type {
  AuthorizationPolicies, AuthorizationPolicyRules, AuthorizationRule, CustomAuthorization, ExternalAuthorizer, OperationRule, SourceRule, ValueRule,
} from '../view/security-policy.ts'
import { compareAge, compareText } from '../inputs/resource-order.ts'

/** An AuthorizationPolicy resource. */
export type AuthorizationResource = Resource<AuthorizationPolicySpec>

type ApiRule = NonNullable<AuthorizationPolicySpec['rules']>[number]
type ApiSource = NonNullable<NonNullable<NonNullable<ApiRule['from']>[number]>['source']>
type ApiOperation = NonNullable<NonNullable<NonNullable<ApiRule['to']>[number]>['operation']>

/** True if a policy of its own or the root namespace is for a workload; policies that attach to named targets are not for pods. */
export function appliesTo(policy: AuthorizationResource, labels: Labels): boolean {
  if (policy.spec.targetRef || (policy.spec.targetRefs ?? []).length > 0) return false
  return matchesLabels(policy.spec.selector?.matchLabels, labels)
}

/** The root namespace's policies first, then the workload's; each oldest first. */
export const inOrder = (root: readonly AuthorizationResource[], own: readonly AuthorizationResource[]): readonly AuthorizationResource[] =>
  [...[...root].sort(compareAge), ...[...own].sort(compareAge)]

/** Sorts policies by action. Policies that ask the same provider are asked together. */
export function authorizationPolicies(ordered: readonly AuthorizationResource[], provider: (name: string) => ExternalAuthorizer | undefined): AuthorizationPolicies {
  const of = (action: string): readonly AuthorizationPolicyRules[] => ordered.filter((policy) => (policy.spec.action ?? 'ALLOW') === action).map(policyRules)
  return { custom: customOf(ordered.filter((policy) => policy.spec.action === 'CUSTOM'), provider), audit: of('AUDIT'), deny: of('DENY'), allow: of('ALLOW') }
}

function customOf(policies: readonly AuthorizationResource[], provider: (name: string) => ExternalAuthorizer | undefined): readonly CustomAuthorization[] {
  const byProvider = new Map<string, AuthorizationResource[]>()
  for (const policy of policies) {
    const name = policy.spec.provider?.name ?? ''
    byProvider.set(name, [...(byProvider.get(name) ?? []), policy])
  }
  const asked = [...byProvider].sort(([a], [b]) => compareText(a, b)).map(([name, some]) => ({ provider: name, settings: provider(name), policies: some.map(policyRules) }))
  // Where one of several cannot be asked, none is: a workload is not half guarded (Istio denies what any of them was to decide).
  return asked.every(({ settings }) => settings !== undefined) ? asked : asked.map((custom) => ({ ...custom, settings: undefined }))
}

function policyRules(policy: AuthorizationResource): AuthorizationPolicyRules {
  const ref = refOf(policy)
  return {
    name: policy.metadata.name,
    namespace: policy.metadata.namespace,
    dryRun: policy.metadata.annotations?.['istio.io/dry-run'] === 'true',
    rules: (policy.spec.rules ?? []).map((rule, index) => authorizationRule(rule, index, policy.metadata.namespace, [from(ref, `spec.rules[${index}]`)])),
    from: [from(ref)],
  }
}

function authorizationRule(rule: ApiRule, index: number, namespace: string, origin: readonly Provenance[]): AuthorizationRule {
  return {
    index,
    sources: (rule.from ?? []).map((one) => sourceRule(one.source ?? {}, namespace)),
    operations: (rule.to ?? []).map((one) => operationRule(one.operation ?? {})),
    conditions: (rule.when ?? []).map((condition) => ({ key: condition.key, ...values(condition.values, condition.notValues) })),
    from: origin,
  }
}

const values = (some: readonly string[] | undefined, not: readonly string[] | undefined): ValueRule => ({ values: some ?? [], notValues: not ?? [] })

const sourceRule = (source: ApiSource, namespace: string): SourceRule => ({
  principals: values(source.principals, source.notPrincipals),
  requestPrincipals: values(source.requestPrincipals, source.notRequestPrincipals),
  namespaces: values(source.namespaces, source.notNamespaces),
  serviceAccounts: values(accounts(source.serviceAccounts, namespace), accounts(source.notServiceAccounts, namespace)),
  trustDomains: values(source.trustDomains, source.notTrustDomains),
  ipBlocks: values(source.ipBlocks, source.notIpBlocks),
  remoteIpBlocks: values(source.remoteIpBlocks, source.notRemoteIpBlocks),
})

/** A bare service account is one of the policy's namespace. */
const accounts = (names: readonly string[] | undefined, namespace: string): readonly string[] | undefined =>
  names?.map((name) => (name.includes('/') ? name : `${namespace}/${name}`))

const operationRule = (operation: ApiOperation): OperationRule => ({
  hosts: values(operation.hosts, operation.notHosts),
  ports: values(operation.ports, operation.notPorts),
  methods: values(operation.methods, operation.notMethods),
  paths: values(operation.paths, operation.notPaths),
})
