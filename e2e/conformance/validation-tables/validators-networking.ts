/** Networking: the name of each table's validator, and ours of the same meaning. */
import { apiDiagnostics as found } from '../../../packages/api-types/src/diagnostics.ts'
import { checkDestinationRule } from '../../../packages/api-types/src/istio/networking/destination-rule/rules.ts'
import { checkEnvoyFilter } from '../../../packages/api-types/src/istio/networking/envoy-filter/rules.ts'
import { checkGateway, checkServer, checkServerPort } from '../../../packages/api-types/src/istio/networking/gateway/rules.ts'
import { networkingKinds } from '../../../packages/api-types/src/istio/networking/index.ts'
import { checkServiceEntry } from '../../../packages/api-types/src/istio/networking/service-entry/rules.ts'
import { checkSidecar } from '../../../packages/api-types/src/istio/networking/sidecar/rules.ts'
import * as actions from '../../../packages/api-types/src/istio/networking/virtual-service/http-action-rules.ts'
import type { HttpDirectResponse } from '../../../packages/api-types/src/istio/networking/virtual-service/types.ts'
import { checkHttpRoute } from '../../../packages/api-types/src/istio/networking/virtual-service/http-route-rules.ts'
import { checkProxyConfig } from '../../../packages/api-types/src/istio/networking/proxy-config/rules.ts'
import { checkVirtualService } from '../../../packages/api-types/src/istio/networking/virtual-service/rules.ts'
import { checkWorkloadEntry } from '../../../packages/api-types/src/istio/networking/workload-entry/rules.ts'
import { checkWorkloadGroup } from '../../../packages/api-types/src/istio/networking/workload-group/rules.ts'
import type { Kind } from '../../../packages/api-types/src/kind.ts'
import type { ObjectMeta } from '../../../packages/api-types/src/resource.ts'
import * as addresses from '../../../packages/api-types/src/validation/addresses.ts'
import { checkClientTls } from '../../../packages/api-types/src/validation/client-tls.ts'
import { checkConnectionPool } from '../../../packages/api-types/src/validation/connection-pool.ts'
import { checkDestination, checkWeightedDestinations } from '../../../packages/api-types/src/validation/destinations.ts'
import * as domains from '../../../packages/api-types/src/validation/domains.ts'
import * as durations from '../../../packages/api-types/src/validation/durations.ts'
import { checkExportTo } from '../../../packages/api-types/src/validation/export-to.ts'
import type { Findings } from '../../../packages/api-types/src/validation/findings.ts'
import * as headers from '../../../packages/api-types/src/validation/headers.ts'
import { checkLocalities, checkLocalityLb, checkZoneAwareLb } from '../../../packages/api-types/src/validation/locality-lb.ts'
import { checkHttpStatus } from '../../../packages/api-types/src/validation/numbers.ts'
import { checkServerTls } from '../../../packages/api-types/src/validation/server-tls.ts'
import { checkLoadBalancer, checkOutlierDetection, checkTrafficPolicy } from '../../../packages/api-types/src/validation/traffic-policy.ts'
import { checks, checksOptional, type Row, type RowValidator } from './row.ts'

const problem = (text: string | undefined, at: Findings): void => (text === undefined ? undefined : at.add(found.invalidHost(text)))

/** Metadata of a row; absent means that name and namespace are empty. */
const metadataOf = (row: Row): { readonly metadata: ObjectMeta } => ({ metadata: { name: '', namespace: '', ...row.metadata } })

/** A kind as a whole, with the rules for its metadata and the guard against other messages. */
const kind =
  <Spec>(name: string, check: (spec: Spec, at: Findings, resource: { readonly metadata: ObjectMeta }) => void): RowValidator =>
  (row) => {
    const guard = row.specMessage !== undefined && row.specMessage !== name ? guardOf(name, row) : []
    return guard.length > 0 ? guard : checks<Spec>((spec, at) => check(spec, at, metadataOf(row)))(row)
  }

function guardOf(name: string, row: Row) {
  const found = (networkingKinds as readonly Kind[]).find((known) => known.kind === name)?.validate(
    { cluster: '', apiVersion: '', kind: row.specMessage ?? '', ...metadataOf(row), spec: row.spec },
    { rootNamespace: 'istio-system' },
  )
  return (found ?? []).map((finding) => ({ finding, path: [] }))
}

const flag = (row: Row, name: string): boolean => row.args?.[name] === true
const given = (row: Row, name: string): boolean => row.args?.[name] !== null && row.args?.[name] !== undefined
const listArg = (row: Row, name: string) => (row.args?.[name] ?? undefined) as readonly never[] | undefined

/** The rows hold bytes as they are; JSON has them in base64. */
const withBase64 = (response: HttpDirectResponse): HttpDirectResponse =>
  response.body?.bytes === undefined ? response : { ...response, body: { bytes: Buffer.from(response.body.bytes).toString('base64') } }

/** The table. */
export const validators: Readonly<Record<string, RowValidator>> = {
  ValidateVirtualService: kind('VirtualService', checkVirtualService),
  ValidateDestinationRule: kind('DestinationRule', checkDestinationRule),
  ValidateGateway: kind('Gateway', checkGateway),
  ValidateServiceEntry: kind('ServiceEntry', checkServiceEntry),
  ValidateSidecar: kind('Sidecar', checkSidecar),
  ValidateWorkloadEntry: kind('WorkloadEntry', (spec: never, at) => checkWorkloadEntry(spec, { allowsDomains: true }, at)),
  ValidateWorkloadGroup: kind('WorkloadGroup', checkWorkloadGroup),
  ValidateProxyConfig: kind('ProxyConfig', checkProxyConfig),
  validateEnvoyFilter: kind('EnvoyFilter', checkEnvoyFilter),

  validateHTTPRoute: checks((spec: never, at, row) => checkHttpRoute(spec, { isDelegate: flag(row, 'delegate'), gatewaySemantics: flag(row, 'gatewaySemantics') }, at)),
  validateRouteDestinations: checks((_: unknown, at, row) => checkWeightedDestinations('routes', listArg(row, 'routes'), flag(row, 'gatewaySemantics'), at)),
  validateDestination: checksOptional(checkDestination),
  validateHTTPRedirect: checksOptional((spec: undefined, at, row) => actions.checkRedirect(spec, listArg(row, 'match'), at)),
  ValidateHTTPRetry: checksOptional(actions.checkRetries),
  validateHTTPRewrite: checksOptional(actions.checkRewrite),
  validateURIRegexRewrite: checksOptional(actions.checkRegexRewrite),
  validateHTTPDirectResponse: checksOptional((spec: HttpDirectResponse | undefined, at) => actions.checkDirectResponse(spec && withBase64(spec), at)),
  validateHTTPFaultInjectionAbort: checksOptional(actions.checkAbort),
  validateHTTPFaultInjectionDelay: checksOptional(actions.checkDelay),
  validateCORSPolicy: checksOptional(actions.checkCorsPolicy),
  validateHTTPStatus: checks(checkHttpStatus),
  ValidateHTTPHeaderNameOrJwtClaimRoute: checks(headers.checkHeaderNameOrClaim),
  ValidateStrictHTTPHeaderName: checks(headers.checkStrictHeaderName),
  ValidateHTTPHeaderValue: checks(headers.checkHeaderValue),

  validateServer: checks((spec: never, at, row) => checkServer(spec, { skipPortCheck: flag(row, 'skipPortCheck') }, at)),
  validateServerPort: checksOptional((spec: undefined, at, row) => checkServerPort(spec, String(row.args?.['bind'] ?? ''), at)),
  validateTLSOptions: checksOptional(checkServerTls),
  ValidateTLS: checksOptional(checkClientTls),

  validateTrafficPolicy: checksOptional(checkTrafficPolicy),
  validateConnectionPool: checksOptional(checkConnectionPool),
  validateOutlierDetection: checksOptional(checkOutlierDetection),
  validateLoadBalancer: checksOptional((spec: undefined, at, row) => checkLoadBalancer(spec, given(row, 'outlierDetection'), at)),
  ValidateLocalityLbSetting: checksOptional((spec: undefined, at, row) => checkLocalityLb(spec, given(row, 'outlierDetection'), at)),
  ValidateZoneAwareLbSetting: checksOptional((spec: undefined, at, row) => checkZoneAwareLb(spec, given(row, 'outlierDetection'), at)),
  validateLocalities: checks(checkLocalities),

  ValidateWildcardDomain: checks((domain: string, at) => problem(domains.wildcardDomainProblem(domain), at)),
  ValidateWildcardDomainForVirtualServiceBoundToGateway: checks((_: unknown, at, row) =>
    problem(domains.gatewayDomainProblem(String(row.args?.['domain'] ?? ''), flag(row, 'sni')), at),
  ),
  parseAutoGeneratedSNIDomain: checks((domain: string, at) => problem(domains.generatedSniProblem(domain), at)),
  ValidateFQDN: checks((domain: string, at) => problem(domains.domainProblem(domain), at)),
  ValidateTrustDomain: checks((domain: string, at) => problem(domains.trustDomainProblem(domain), at)),
  validateExportTo: checks((_: unknown, at, row) =>
    checkExportTo(
      listArg(row, 'exportTo'),
      { namespace: String(row.args?.['namespace'] ?? ''), isServiceEntry: flag(row, 'isServiceEntry'), isSelectorRule: flag(row, 'isDestinationRuleWithSelector') },
      at,
    ),
  ),

  ValidatePort: checks(addresses.checkPort),
  ValidatePortName: checks(addresses.checkPortName),
  ValidateIPAddress: checks(addresses.checkIpAddress),
  ValidateIPSubnet: checks(addresses.checkIpSubnet),
  ValidateProxyAddress: checks(addresses.checkProxyAddress),
  ValidateDuration: checks(durations.checkDuration),
  ValidateConnectTimeout: checksOptional(durations.checkConnectTimeout),
  ValidateDrainDuration: checksOptional(durations.checkDrainDuration),
  ValidateProtocolDetectionTimeout: checksOptional(durations.checkDetectionTimeout),
  ValidateMaxServerConnectionAge: checks((text: string, at) => durations.checkNotNegative(text, '--keepaliveMaxServerConnectionAge', at)),
}
