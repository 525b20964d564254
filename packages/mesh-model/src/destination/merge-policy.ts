/** The policy of one port and subset, merged from a rule's levels once. @see istio pilot/pkg/networking/core/cluster_traffic_policy.go */
import type { ClientTlsSettings, ConnectionPoolSettings, LoadBalancerSettings, MeshConfig, PortTrafficPolicy, TrafficPolicy } from '@istio-ts/api-types'
import type { Provenance } from '@istio-ts/foundation'
import { connectionPoolOf, dropUndefined, durationMs } from '../mesh/mesh-settings.ts'
import type { DestinationPolicy, OutlierDetection, TlsSettings } from '../view/destination-policy.ts'
import { DEFAULT_POLICY } from './default-policy.ts'
import { loadBalancing, localityBalancing, warmupOf } from './load-balancing.ts'
import type { RuleModel, RuleSubset } from './rule.ts'

/** The parts of a policy that count for one port. */
type EffectivePolicy = Omit<TrafficPolicy, 'portLevelSettings'>

/** What the mesh as a whole contributes. */
export interface PolicyDefaults extends Pick<MeshConfig, 'defaultTrafficPolicy' | 'localityLbSetting'> {
  /** True in a local mesh, where nothing is captured. */
  readonly isLocal: boolean
}

/** The policy for a port of the service and a subset of the rule (undefined = the whole service). */
export function mergedPolicy(rule: RuleModel | undefined, port: number, subset: RuleSubset | undefined, mesh: PolicyDefaults): DestinationPolicy {
  const level = rule?.policy
  const top = withPortLevel(level?.policy, port)
  const own = subset?.subset.trafficPolicy
  const ownLevel = withPortLevel(own, port)
  // A port-level block of the subset, too, speaks for its port alone.
  const effective = ownLevel.index === undefined ? overlay(top.policy, ownLevel.policy) : ownLevel.policy
  const origin = [
    ...(own && subset ? [{ resource: subset.from.resource, path: `${subset.from.path}.trafficPolicy${ownLevel.index === undefined ? '' : `.portLevelSettings[${ownLevel.index}]`}` }] : []),
    ...(level && ownLevel.index === undefined ? [top.index === undefined ? level.from : { resource: level.from.resource, path: `${level.from.path}.portLevelSettings[${top.index}]` }] : []),
  ]
  return toPolicy(effective, mesh, rule, origin)
}

/**
 * The policy as it is for a port. A port-level block replaces all of the destination-level settings for its port, so that what
 * it leaves out is back at Istio's defaults; only tunnel and PROXY protocol, which it cannot say, stay.
 */
export function withPortLevel(policy: TrafficPolicy | undefined, port: number): { readonly policy: EffectivePolicy; readonly index?: number } {
  if (!policy) return { policy: {} }
  const { portLevelSettings, ...top } = policy
  const index = (portLevelSettings ?? []).findIndex((settings) => settings.port?.number === port)
  const found: PortTrafficPolicy | undefined = portLevelSettings?.[index]
  if (!found) return { policy: top }
  const { port: _, ...settings } = found
  return { policy: { ...dropUndefined({ tunnel: top.tunnel, proxyProtocol: top.proxyProtocol }), ...settings }, index }
}

/** Each field of the subset that is set replaces the one of the rule. */
export const overlay = (below: EffectivePolicy, above: EffectivePolicy): EffectivePolicy => ({ ...below, ...dropUndefined(above) })

function toPolicy(policy: EffectivePolicy, mesh: PolicyDefaults, rule: RuleModel | undefined, origin: readonly Provenance[]): DestinationPolicy {
  const balancer: LoadBalancerSettings | undefined = policy.loadBalancer
  const pool: ConnectionPoolSettings | undefined = policy.connectionPool ?? mesh.defaultTrafficPolicy?.connectionPool
  const outlier = policy.outlierDetection ?? mesh.defaultTrafficPolicy?.outlierDetection
  const warmup = balancer && warmupOf(balancer)
  const detection = outlier && outlierOf(outlier)
  const locality = localityBalancing(balancer, mesh.localityLbSetting, detection !== undefined)
  return {
    ...DEFAULT_POLICY,
    loadBalancing: loadBalancing(balancer, mesh.isLocal),
    ...(warmup ? { warmup } : {}),
    ...(locality && balancer?.localityLbSetting ? { locality } : {}),
    ...(locality ? { preference: locality } : {}),
    connectionPool: connectionPoolOf(pool),
    ...(detection ? { outlier: detection } : {}),
    ...(policy.tls ? { tls: tlsOf(policy.tls) } : {}),
    ...(policy.tunnel ? { tunnel: { protocol: policy.tunnel.protocol === 'POST' ? 'POST' : 'CONNECT', targetHost: policy.tunnel.targetHost, targetPort: policy.tunnel.targetPort } } : {}),
    ...(policy.proxyProtocol ? { proxyProtocol: policy.proxyProtocol.version ?? 'V1' } : {}),
    ...(policy.retryBudget ? { retryBudget: { percent: policy.retryBudget.percent ?? 20, minRetryConcurrency: policy.retryBudget.minRetryConcurrency ?? 3 } } : {}),
    ...(rule ? { rule: rule.ref } : {}),
    from: [...origin, ...(rule?.from ?? [])],
  }
}

/** TLS settings with lists filled in; nothing else is decided here. */
export const tlsOf = (tls: ClientTlsSettings): TlsSettings => ({
  mode: tls.mode ?? 'DISABLE',
  subjectAltNames: tls.subjectAltNames ?? [],
  ...dropUndefined({
    clientCertificate: tls.clientCertificate, privateKey: tls.privateKey, caCertificates: tls.caCertificates, caCrl: tls.caCrl,
    credentialName: tls.credentialName, sni: tls.sni, insecureSkipVerify: tls.insecureSkipVerify,
  }),
})

type ApiOutlier = NonNullable<TrafficPolicy['outlierDetection']>

const outlierOf = (outlier: ApiOutlier | NonNullable<NonNullable<MeshConfig['defaultTrafficPolicy']>['outlierDetection']>): OutlierDetection =>
  dropUndefined({
    splitExternalLocalOriginErrors: outlier.splitExternalLocalOriginErrors,
    consecutiveLocalOriginFailures: outlier.consecutiveLocalOriginFailures,
    consecutiveGatewayErrors: outlier.consecutiveGatewayErrors,
    consecutive5xxErrors: outlier.consecutive5xxErrors,
    consecutiveErrors: outlier.consecutiveErrors,
    intervalMs: durationMs(outlier.interval),
    baseEjectionTimeMs: durationMs(outlier.baseEjectionTime),
    maxEjectionPercent: outlier.maxEjectionPercent,
    minHealthPercent: outlier.minHealthPercent,
  })
