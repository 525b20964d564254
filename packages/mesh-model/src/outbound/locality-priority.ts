/** Which localities a client prefers. @see istio pilot/pkg/networking/core/loadbalancer, Envoy "Locality weighted load balancing" */
import type { Labels } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'
import type { LocalityBalancing } from '../view/destination-policy.ts'
import type { Endpoint, LocalityEndpoints } from '../view/endpoint-group.ts'
import { parseLocality } from '../workloads/workload-facts.ts'

/** Who asks, as far as endpoints depend on it. */
export interface EndpointClient {
  readonly locality: Locality
  readonly network: string
  readonly cluster: string
  readonly labels: Labels
}

/** Applies a distribution, failover priorities by label, or failover by locality, whichever the setting has. */
export function withPriorities(localities: readonly LocalityEndpoints[], setting: LocalityBalancing, client: EndpointClient): readonly LocalityEndpoints[] {
  if (setting.distribute.length > 0) return distributed(localities, setting, client.locality)
  if (setting.failoverPriority.length > 0) return compact(byLabels(localities, setting.failoverPriority, client))
  return compact(localities.map((one) => ({ ...one, priority: localityRank(client.locality, one.locality, setting.failover) })))
}

/** How far away: 0 same subzone, 1 same zone, 2 same region, 3 the region to fail over to (or any, if none is named), 4 elsewhere. */
export function localityRank(client: Locality, other: Locality, failover: LocalityBalancing['failover']): number {
  if (client.region === other.region) {
    if (client.zone !== other.zone) return 2
    return client.subzone === other.subzone ? 0 : 1
  }
  const to = failover.filter((entry) => entry.from === client.region)
  return to.length === 0 || to.some((entry) => entry.to === other.region) ? 3 : 4
}

/** Priorities without holes, order kept. */
function compact(localities: readonly LocalityEndpoints[]): readonly LocalityEndpoints[] {
  const ranks = [...new Set(localities.map((one) => one.priority))].sort((a, b) => a - b)
  return localities.map((one) => ({ ...one, priority: ranks.indexOf(one.priority) }))
}

/** The first matching `from` gives each locality named in `to` its share of 100; others get nothing. */
function distributed(localities: readonly LocalityEndpoints[], setting: LocalityBalancing, client: Locality): readonly LocalityEndpoints[] {
  const rule = setting.distribute.find((entry) => localityCovers(entry.from, client))
  if (!rule) return localities
  const shares = Object.entries(rule.to)
  return localities.flatMap((one) => {
    // The most exact pattern that covers a locality decides; a wildcard's share is split by weight among those it covers.
    const pattern = shares.filter(([to]) => localityCovers(to, one.locality)).sort(([a], [b]) => b.length - a.length)[0]
    // Localities without a share stay, empty, as istiod leaves them.
    if (!pattern) return [{ ...one, endpoints: [] }]
    const [to, share] = pattern
    const covered = localities.filter((other) => shares.filter(([name]) => localityCovers(name, other.locality)).sort(([a], [b]) => b.length - a.length)[0]?.[0] === to)
    const total = covered.reduce((sum, other) => sum + other.weight, 0)
    const weight = total === 0 ? 0 : Math.ceil((share * one.weight) / total)
    return [weight === 0 ? { ...one, endpoints: [] } : { ...one, weight }]
  })
}

/** `us-east/zone1/*`, `us-east/*`, `*`. */
function localityCovers(pattern: string, locality: Locality): boolean {
  const want = parseLocality(pattern)
  const wild = (text: string): boolean => text === '' || text === '*'
  if (want.region === '*' || pattern === '') return true
  if (want.region !== locality.region) return false
  if (wild(want.zone)) return true
  return want.zone === locality.zone && (wild(want.subzone) || want.subzone === locality.subzone)
}

/** Endpoints that share the first n labels with the client come before those that share fewer. A locality may fall into several priorities. */
function byLabels(localities: readonly LocalityEndpoints[], labels: readonly string[], client: EndpointClient): readonly LocalityEndpoints[] {
  return localities.flatMap((one) => {
    const groups = Map.groupBy(one.endpoints, (endpoint) => labels.length - sharedLabels(labels, client, endpoint, one.locality))
    return [...groups].sort(([a], [b]) => a - b).map(([priority, endpoints]) => ({ locality: one.locality, priority, weight: endpoints.reduce((sum, e) => sum + e.weight, 0), endpoints }))
  })
}

function sharedLabels(labels: readonly string[], client: EndpointClient, endpoint: Endpoint, locality: Locality): number {
  const mine: Labels = { ...topology(client.locality, client.network, client.cluster), ...client.labels }
  const theirs: Labels = { ...topology(locality, endpoint.network, endpoint.workload?.cluster ?? ''), ...endpoint.labels }
  for (const [i, label] of labels.entries()) {
    const [name = '', value] = label.split('=')
    const wanted = value ?? mine[name]
    if (wanted === undefined || theirs[name] !== wanted) return i
  }
  return labels.length
}

const topology = (locality: Locality, network: string, cluster: string): Labels => ({
  'topology.kubernetes.io/region': locality.region,
  'topology.kubernetes.io/zone': locality.zone,
  'topology.istio.io/subzone': locality.subzone,
  'topology.istio.io/network': network,
  'topology.istio.io/cluster': cluster,
})
