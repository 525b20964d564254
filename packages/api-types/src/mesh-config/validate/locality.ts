/** Locality load balancing: Istio's rules for `localityLbSetting` and `zoneAwareLbSetting`. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import type { Findings } from '../../validation/findings.ts'

/** From where to where traffic fails over. */
interface Failover {
  readonly from?: string
  readonly to?: string
}

/** The parts of a locality setting that have rules. */
export interface LocalitySetting {
  readonly distribute?: readonly { readonly from?: string; readonly to?: Readonly<Record<string, number>> }[]
  readonly failover?: readonly Failover[]
  readonly failoverPriority?: readonly string[]
}

/** Labels that say where a workload is. */
const TOPOLOGY: ReadonlySet<string> = new Set(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'])

/** Rules for `localityLbSetting`. @param hasOutlierDetection without it endpoints never count as failed, so failover does nothing */
export function checkLocalityLb(setting: LocalitySetting | undefined | null, hasOutlierDetection: boolean, at: Findings): void {
  if (!setting) return
  const { distribute = [], failover = [], failoverPriority = [] } = setting
  if (distribute.length > 0 && failover.length > 0) return void at.add(found.conflict("can not simultaneously specify 'distribute' and 'failover'"))
  const topology = failover.length > 0 ? failoverPriority.find((label) => TOPOLOGY.has(label)) : undefined
  if (topology !== undefined) return void at.add(found.conflict(`can not simultaneously set 'failover' and topology label '${topology}' in 'failover_priority'`))
  checkDistribute(distribute, at)
  checkFailover(failover, failoverPriority, hasOutlierDetection, at)
}

/** Rules for `zoneAwareLbSetting`: it orders by zone itself, so priorities may not name the topology. */
export function checkZoneAwareLb(setting: Omit<LocalitySetting, 'distribute'> | undefined | null, hasOutlierDetection: boolean, at: Findings): void {
  if (!setting) return
  const { failover = [], failoverPriority = [] } = setting
  failoverPriority.forEach((label, i) => {
    if (TOPOLOGY.has(label.split('=', 1)[0] ?? '')) at.at('failoverPriority').at(i).add(found.unsupported(`topology label '${label}' is not allowed in 'failoverPriority'`, 'Name other labels.'))
  })
  checkFailover(failover, failoverPriority, hasOutlierDetection, at)
}

function checkDistribute(distribute: NonNullable<LocalitySetting['distribute']>, at: Findings): void {
  distribute.forEach((share, i) => {
    const place = at.at('distribute').at(i)
    const weights = Object.values(share.to ?? {})
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (weights.some((weight) => !(weight > 0 && weight <= 100))) place.at('to').add(found.outOfRange('locality weight must be in range [1, 100]'))
    else if (total !== 100) place.at('to').add(found.outOfRange(`total locality weight ${total} != 100`, 'Let the weights add up to 100.'))
    checkLocalities(Object.keys(share.to ?? {}), place.at('to'))
  })
  checkLocalities(distribute.map((share) => share.from ?? ''), at.at('distribute'))
}

function checkFailover(failover: readonly Failover[], failoverPriority: readonly string[], hasOutlierDetection: boolean, at: Findings): void {
  if (failover.length + failoverPriority.length > 0 && !hasOutlierDetection) at.add(found.ineffective('outlier detection policy must be provided for failover', 'Add outlierDetection.'))
  failover.forEach(({ from = '', to = '' }, i) => {
    const place = at.at('failover').at(i)
    if (from === to) place.add(found.conflict('locality lb failover settings must specify different regions', 'Let from and to be different regions.'))
    if (from.includes('/') || to.includes('/')) place.add(found.invalidValue('locality lb failover only specify region', 'Write the region alone.'))
    if (from.includes('*') || to.includes('*')) place.add(found.invalidValue("locality lb failover region should not contain '*' wildcard", 'Name the region.'))
  })
}

/** Rules for a set of localities `region/zone/subzone`: `*` only at the end, no empty part, none that another one covers. */
export function checkLocalities(localities: readonly string[], at: Findings): void {
  const taken: (readonly string[])[] = []
  for (const locality of localities) {
    const problem = localityProblem(locality, taken)
    if (problem !== undefined) return void at.add(found.invalidValue(`locality ${locality} ${problem}`, 'Write each locality once, as region, region/zone or region/zone/subzone.'))
    taken.push(parts(locality))
  }
}

function localityProblem(locality: string, taken: readonly (readonly string[])[]): string | undefined {
  const stars = locality.split('*').length - 1
  if (stars > 1 || (stars === 1 && !locality.endsWith('*'))) return "wildcard '*' number can not exceed 1 and must be in the end"
  const own = parts(locality)
  if (own.some((part) => part === '')) return 'must not contain empty region/zone/subzone info'
  return taken.some((other) => overlaps(other, own)) ? 'overlap with previous specified ones' : undefined
}

/** At most three parts; a `/` in the subzone belongs to it. */
function parts(locality: string): readonly string[] {
  const [region = '', zone, ...subzone] = locality.split('/')
  return [region, ...(zone === undefined ? [] : [zone]), ...(subzone.length === 0 ? [] : [subzone.join('/')])]
}

/** One is a prefix of the other, a final `*` standing for everything below. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    if (a[i] === '*' || b[i] === '*') return true
    if (a[i] !== b[i]) return false
  }
  return true
}
