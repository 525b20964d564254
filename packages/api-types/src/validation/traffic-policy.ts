/** Traffic policies: outlier detection, load balancing, tunnels, and all of it together. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { ConsistentHashLb, LoadBalancerSettings } from '../istio/shared/load-balancer.ts'
import type { OutlierDetection } from '../istio/shared/outlier-detection.ts'
import type { PortTrafficPolicy, TrafficPolicy, TunnelSettings } from '../istio/networking/destination-rule/types.ts'
import { checkPort, isIpAddress } from './addresses.ts'
import { checkClientTls } from './client-tls.ts'
import { checkConnectionPool } from './connection-pool.ts'
import { domainProblem } from './domains.ts'
import { checkDuration } from './durations.ts'
import type { Findings } from './findings.ts'
import { checkLocalityLb, checkZoneAwareLb } from './locality-lb.ts'
import { checkPercent } from './numbers.ts'

/** Checks a policy of a DestinationRule. */
export function checkTrafficPolicy(policy: TrafficPolicy | undefined, at: Findings): void {
  if (!policy) return
  const { tunnel, proxyProtocol, portLevelSettings, retryBudget } = policy
  const isEmpty = !hasPortSettings(policy) && !portLevelSettings && !tunnel && !proxyProtocol && !retryBudget
  if (isEmpty) return at.add(found.missing('traffic policy must have at least one field'))
  if (tunnel && proxyProtocol) return at.add(found.conflict('tunnel and proxyProtocol must not be set together'))
  checkPortSettings(policy, at)
  at.each('portLevelSettings', portLevelSettings, (settings, place) => {
    if (!settings.port) place.at('port').add(found.missing('portTrafficPolicy must have valid port'))
    if (hasPortSettings(settings)) checkPortSettings(settings, place)
    else place.add(found.missing('port traffic policy must have at least one field'))
  })
  checkTunnel(tunnel, at.at('tunnel'))
  const version: unknown = proxyProtocol?.version
  if (version !== undefined && version !== 'V1' && version !== 'V2') at.at('proxyProtocol').add(found.unsupported(`proxy protocol version is invalid: ${JSON.stringify(version)}`, 'Use V1 or V2.'))
  checkDuration(retryBudget?.budgetInterval, at.at('retryBudget').at('budgetInterval'))
}

const hasPortSettings = (policy: PortTrafficPolicy | TrafficPolicy): boolean => !!(policy.outlierDetection || policy.connectionPool || policy.loadBalancer || policy.tls)

function checkPortSettings(policy: PortTrafficPolicy | TrafficPolicy, at: Findings): void {
  checkOutlierDetection(policy.outlierDetection, at.at('outlierDetection'))
  checkConnectionPool(policy.connectionPool, at.at('connectionPool'))
  checkLoadBalancer(policy.loadBalancer, policy.outlierDetection !== undefined, at.at('loadBalancer'))
  checkClientTls(policy.tls, at.at('tls'))
}

function checkTunnel(tunnel: TunnelSettings | undefined, at: Findings): void {
  if (!tunnel) return
  if (tunnel.protocol && tunnel.protocol !== 'CONNECT' && tunnel.protocol !== 'POST') at.at('protocol').add(found.unsupported('tunnel protocol must be "CONNECT" or "POST"'))
  const host = tunnel.targetHost ?? ''
  const problem = domainProblem(host)
  if (problem !== undefined && !isIpAddress(host)) at.at('targetHost').add(found.invalidHost(`tunnel target host must be valid FQDN or IP address: ${problem}`))
  checkPort(tunnel.targetPort ?? 0, at.at('targetPort'))
}

/** Checks when hosts are ejected. */
export function checkOutlierDetection(outlier: OutlierDetection | undefined, at: Findings): void {
  if (!outlier) return
  checkDuration(outlier.baseEjectionTime, at.at('baseEjectionTime'))
  checkDuration(outlier.interval, at.at('interval'))
  if (outlier.consecutiveErrors) {
    at.at('consecutiveErrors').add(
      found.deprecated('outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead', 'Use consecutive5xxErrors.'),
    )
  }
  if (!outlier.splitExternalLocalOriginErrors && (outlier.consecutiveLocalOriginFailures ?? 0) > 0) {
    const statement = 'outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false'
    at.at('consecutiveLocalOriginFailures').add(found.conflict(statement, 'Set splitExternalLocalOriginErrors.'))
  }
  checkPercent(outlier.maxEjectionPercent, at.at('maxEjectionPercent'))
  checkPercent(outlier.minHealthPercent, at.at('minHealthPercent'))
}

/** Checks how a host is chosen. @param detectsOutliers see {@link checkLocalityLb} */
export function checkLoadBalancer(settings: LoadBalancerSettings | undefined, detectsOutliers: boolean, at: Findings): void {
  if (!settings) return
  if (settings.consistentHash) checkConsistentHash(settings.consistentHash, at.at('consistentHash'))
  if (settings.localityLbSetting && settings.zoneAwareLbSetting) at.add(found.conflict('only one of localityLbSetting or zoneAwareLbSetting can be set'))
  checkLocalityLb(settings.localityLbSetting, detectsOutliers, at.at('localityLbSetting'))
  checkZoneAwareLb(settings.zoneAwareLbSetting, detectsOutliers, at.at('zoneAwareLbSetting'))
  checkDuration(settings.warmupDurationSecs, at.at('warmupDurationSecs'))
  checkWarmup(settings.warmup, at.at('warmup'))
}

function checkWarmup(warmup: LoadBalancerSettings['warmup'], at: Findings): void {
  if (!warmup) return
  if (warmup.duration === undefined) at.at('duration').add(found.missing('warmup duration is required'))
  checkDuration(warmup.duration, at.at('duration'))
  if ((warmup.minimumPercent ?? 0) > 100) at.at('minimumPercent').add(found.outOfRange('warmup minimumPercent must be in the range 0..100'))
  if (warmup.aggression !== undefined && warmup.aggression < 1) at.at('aggression').add(found.outOfRange('warmup aggression must be at least 1'))
}

const MAX_TABLE_SIZE = 5_000_011

function checkConsistentHash(hash: ConsistentHashLb, at: Findings): void {
  const { httpCookie, minimumRingSize, ringHash, maglev } = hash
  if (httpCookie && !httpCookie.name) at.at('httpCookie').at('name').add(found.missing('name required for HttpCookie'))
  const names = new Set<string>()
  at.at('httpCookie').each('attributes', httpCookie?.attributes, ({ name }, place) => {
    if (!name) place.at('name').add(found.missing('name required for attributes of HttpCookie'))
    else if (names.has(name)) place.add(found.duplicate(`duplicate cookie attribute ${name}`))
    names.add(name)
  })
  if (minimumRingSize) at.at('minimumRingSize').add(found.deprecated("consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead", 'Use ringHash.minimumRingSize.'))
  if (minimumRingSize && (ringHash || maglev)) at.add(found.conflict('only one of MinimumRingSize or Maglev/Ringhash can be specified'))
  if (!maglev) return
  const size = maglev.tableSize ?? 0
  if (size === 0) at.at('maglev').add(found.missing('tableSize must be set for maglev'))
  if (size >= MAX_TABLE_SIZE) at.at('maglev').at('tableSize').add(found.outOfRange(`tableSize must be less than ${MAX_TABLE_SIZE} for maglev`))
  else if (!isPrime(size)) at.at('maglev').at('tableSize').add(found.outOfRange('tableSize must be a prime number for maglev', 'Use e.g. 65537.'))
}

/** As Envoy counts, 1 too. Only asked for numbers below {@link MAX_TABLE_SIZE}. */
function isPrime(value: number): boolean {
  if (value > 0 && value < 4) return true
  if (value % 2 === 0) return false
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false
  return true
}
