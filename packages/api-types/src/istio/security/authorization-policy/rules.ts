/** Istio's rules for an AuthorizationPolicy. */
import type { Findings } from '../../../validation/findings.ts'
import { checkAttachment } from '../../policy/attachment.ts'
import { policyDiagnostics } from '../../policy/diagnostics.ts'
import { checkAttribute, isIpOrRange, isPathTemplateSupported, isPort } from './attributes.ts'
import type { AuthorizationCondition, AuthorizationOperation, AuthorizationPolicySpec, AuthorizationRule, AuthorizationSource } from './types.ts'

type Values = readonly string[] | null | undefined

/** All findings of a policy. Null parts, which the schema refuses, are findings here too. */
export function checkAuthorizationPolicy(spec: AuthorizationPolicySpec, at: Findings): void {
  const action = spec.action ?? 'ALLOW'
  checkAttachment(spec, at)
  checkAction(spec, action, at)
  spec.rules?.forEach((rule, i) => checkRule(rule, action, at.at('rules').at(i)))
}

function checkAction(spec: AuthorizationPolicySpec, action: string, at: Findings): void {
  const isMissing = spec.rules === undefined || spec.rules === null
  if ((action === 'CUSTOM' || action === 'DENY') && isMissing) at.add(policyDiagnostics.rulesMissing(action))
  if (action === 'CUSTOM' && !isMissing && !spec.provider?.name) at.at('provider').add(policyDiagnostics.providerMissing())
  if (action !== 'CUSTOM' && spec.provider) at.at('provider').add(policyDiagnostics.providerNotCustom(action))
}

function checkRule(rule: AuthorizationRule | null, action: string, at: Findings): void {
  if (!rule) return void at.add(policyDiagnostics.emptyPart('rule'))
  if (rule.from?.length === 0) at.at('from').add(policyDiagnostics.emptyPart('from'))
  if (rule.to?.length === 0) at.at('to').add(policyDiagnostics.emptyPart('to'))
  rule.from?.forEach((from, i) => checkSource(from, action, at.at('from').at(i)))
  rule.to?.forEach((to, i) => checkOperation(to, at.at('to').at(i)))
  rule.when?.forEach((condition, i) => checkCondition(condition, action, at.at('when').at(i)))
  if (action === 'DENY' && deniesAllTcp(rule)) at.add(policyDiagnostics.deniesTcp())
}

/** A DENY rule loses its HTTP parts on TCP ports; without any TCP part it would match all traffic there. */
function deniesAllTcp(rule: AuthorizationRule): boolean {
  const sources = (rule.from ?? []).flatMap((from) => from?.source ?? [])
  const operations = (rule.to ?? []).flatMap((to) => to?.operation ?? [])
  const isTcpSource = sources.some((source) => TCP_SOURCE.some((field) => source[field] !== undefined))
  const isTcpOperation = operations.some((operation) => operation.ports !== undefined || operation.notPorts !== undefined)
  return operations.length > 0 ? !isTcpOperation : sources.length > 0 && !isTcpSource
}

const TCP_SOURCE = [
  'principals', 'notPrincipals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains',
  'ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks',
] as const satisfies readonly (keyof AuthorizationSource)[]

const SOURCE = [...TCP_SOURCE, 'requestPrincipals', 'notRequestPrincipals'] as const satisfies readonly (keyof AuthorizationSource)[]
const IPS: ReadonlySet<string> = new Set(['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'])

/** What the external authorizer's filter, which runs before the tokens and peers are known, cannot match. */
const NOT_CUSTOM = [
  'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains', 'principals', 'notPrincipals',
  'requestPrincipals', 'notRequestPrincipals',
] as const satisfies readonly (keyof AuthorizationSource)[]

const MAX_SERVICE_ACCOUNTS = 16

function checkSource(from: { readonly source?: AuthorizationSource } | null, action: string, at: Findings): void {
  const source = from?.source
  if (!source) return void at.add(policyDiagnostics.emptyPart(from ? 'from.source' : 'from'))
  const here = at.at('source')
  if (SOURCE.every((field) => isEmpty(source[field]))) here.add(policyDiagnostics.emptyPart('from.source'))
  const isIdentity = [source.principals, source.notPrincipals, source.namespaces, source.notNamespaces].some((values) => !isEmpty(values))
  if (isIdentity && !(isEmpty(source.serviceAccounts) && isEmpty(source.notServiceAccounts))) here.add(policyDiagnostics.serviceAccountsMixed())
  for (const field of ['serviceAccounts', 'notServiceAccounts'] as const) if ((source[field] ?? []).length > MAX_SERVICE_ACCOUNTS) here.at(field).add(policyDiagnostics.tooManyServiceAccounts())
  for (const field of SOURCE) checkValues(source[field], here.at(field), IPS.has(field) ? ipFinding : field.endsWith('erviceAccounts') ? serviceAccountFinding : undefined)
  if (action === 'CUSTOM') for (const field of NOT_CUSTOM) if (!isEmpty(source[field])) here.at(field).add(policyDiagnostics.notWithCustom(`From.${field}`))
}

const OPERATION = ['ports', 'methods', 'paths', 'hosts', 'notPorts', 'notMethods', 'notPaths', 'notHosts'] as const satisfies readonly (keyof AuthorizationOperation)[]

function checkOperation(to: { readonly operation?: AuthorizationOperation } | null, at: Findings): void {
  const operation = to?.operation
  if (!operation) return void at.add(policyDiagnostics.emptyPart(to ? 'to.operation' : 'to'))
  const here = at.at('operation')
  if (OPERATION.every((field) => isEmpty(operation[field]))) here.add(policyDiagnostics.emptyPart('to.operation'))
  for (const field of OPERATION) checkValues(operation[field], here.at(field), field.endsWith('orts') ? portFinding : field.endsWith('aths') ? pathFinding : undefined)
}

function checkCondition(condition: Partial<AuthorizationCondition> | null, action: string, at: Findings): void {
  const key = condition?.key
  if (!condition || !key) return void at.add(policyDiagnostics.conditionKey())
  if (action === 'CUSTOM' && /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/.test(key)) at.add(policyDiagnostics.notWithCustom(key))
  if (isEmpty(condition.values) && isEmpty(condition.notValues)) return void at.add(policyDiagnostics.conditionValues(key))
  const reasons = new Set([...checkAttribute(key, condition.values ?? []), ...checkAttribute(key, condition.notValues ?? [])])
  for (const reason of reasons) at.add(policyDiagnostics.conditionAttribute(key, reason))
}

const isEmpty = (values: Values): boolean => (values ?? []).length === 0

function checkValues(values: Values, at: Findings, finding?: (value: string) => ReturnType<typeof policyDiagnostics.badIp> | undefined): void {
  values?.forEach((value, i) => {
    const found = value === '' ? policyDiagnostics.emptyValue() : finding?.(value)
    if (found) at.at(i).add(found)
  })
}

const ipFinding = (value: string) => (isIpOrRange(value) ? undefined : policyDiagnostics.badIp(value))
const portFinding = (value: string) => (isPort(value) ? undefined : policyDiagnostics.badPort(value))
const pathFinding = (value: string) => (isPathTemplateSupported(value) ? undefined : policyDiagnostics.pathTemplate(value))
const serviceAccountFinding = (value: string) => (/^[^/]+(\/[^/]+)?$/.test(value) && value.length <= 320 ? undefined : policyDiagnostics.serviceAccount(value))
