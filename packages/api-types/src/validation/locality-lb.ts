/** Load balancing between localities. */
import { apiDiagnostics as found } from '../diagnostics.ts'
import type { LocalityFailover, LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from '../istio/shared/locality-lb.ts'
import type { Findings } from './findings.ts'

/** Labels whose order is that of localities anyway. */
const TOPOLOGY: ReadonlySet<string> = new Set(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'])

/** Checks shares and failover. @param detectsOutliers without outlier detection nothing ever fails over */
export function checkLocalityLb(setting: LocalityLoadBalancerSetting | undefined, detectsOutliers: boolean, at: Findings): void {
  if (!setting) return
  const { distribute = [], failover = [], failoverPriority = [] } = setting
  if (distribute.length > 0 && failover.length > 0) return at.add(found.conflict("can not simultaneously specify 'distribute' and 'failover'"))
  const topology = failover.length > 0 ? failoverPriority.find((label) => TOPOLOGY.has(label)) : undefined
  if (topology !== undefined) return at.add(found.conflict(`can not simultaneously set 'failover' and topology label '${topology}' in 'failoverPriority'`))
  at.each('distribute', distribute, (share, place) => checkShare(share.to ?? {}, place.at('to')))
  checkLocalities(distribute.map((share) => share.from ?? ''), at.at('distribute'))
  checkFailover(failover, failoverPriority, detectsOutliers, at)
}

/** Checks failover of a zone-aware setting, where localities come first by themselves. */
export function checkZoneAwareLb(setting: ZoneAwareLoadBalancerSetting | undefined, detectsOutliers: boolean, at: Findings): void {
  if (!setting) return
  const { failover = [], failoverPriority = [] } = setting
  at.each('failoverPriority', failoverPriority, (label, place) => {
    if (TOPOLOGY.has(label)) place.add(found.conflict(`topology label '${label}' is not allowed in failoverPriority of zoneAwareLbSetting`, 'Remove it; localities come first anyway.'))
  })
  checkFailover(failover, failoverPriority, detectsOutliers, at)
}

function checkFailover(failover: readonly LocalityFailover[], priority: readonly string[], detectsOutliers: boolean, at: Findings): void {
  if ((failover.length > 0 || priority.length > 0) && !detectsOutliers) at.add(found.ineffective('outlier detection policy must be provided for failover', 'Add outlierDetection.'))
  at.each('failover', failover, ({ from = '', to = '' }, place) => {
    if (from === to) place.add(found.conflict('locality lb failover settings must specify different regions'))
    if (`${from}${to}`.includes('/')) place.add(found.invalidValue('locality lb failover only specify region', 'Write regions without zones.'))
    if (`${from}${to}`.includes('*')) place.add(found.invalidValue("locality lb failover region should not contain '*' wildcard"))
  })
}

function checkShare(to: Readonly<Record<string, number>>, at: Findings): void {
  const weights = Object.values(to)
  if (weights.some((weight) => !(weight > 0 && weight <= 100))) return at.add(found.outOfRange('locality weight must be in range [1, 100]'))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total !== 100) return at.add(found.outOfRange(`total locality weight ${total} != 100`))
  checkLocalities(Object.keys(to), at)
}

/** Checks that localities are well formed and that none covers another. */
export function checkLocalities(localities: readonly string[], at: Findings): void {
  const seen: string[][] = []
  for (const locality of localities) {
    const parts = localityParts(locality)
    if (/\*./.test(locality)) return at.add(found.invalidValue(`locality ${locality} wildcard '*' number can not exceed 1 and must be in the end`))
    if (parts.includes('')) return at.add(found.invalidValue(`locality ${locality} must not contain empty region/zone/subzone info`))
    if (seen.some((other) => overlap(other, parts))) return at.add(found.duplicate(`locality ${locality} overlap with previous specified ones`))
    seen.push(parts)
  }
}

/** Region, zone and the rest. */
function localityParts(locality: string): string[] {
  const [region = '', zone, ...rest] = locality.split('/')
  return zone === undefined ? [region] : rest.length === 0 ? [region, zone] : [region, zone, rest.join('/')]
}

/** Whether an earlier locality covers a later one, or is below it. A wildcard may follow what it covers, as Istio takes it; it may not come first. */
function overlap(earlier: readonly string[], later: readonly string[]): boolean {
  for (let i = 0; i < Math.min(earlier.length, later.length); i++) {
    if (earlier[i] === '*') return true
    if (earlier[i] !== later[i]) return false
  }
  return true
}
