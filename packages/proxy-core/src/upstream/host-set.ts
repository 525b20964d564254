/** Hosts by priority and locality, and the choice among them. @see envoy load balancing: priority levels, panic, locality weights */
import type { CompiledCluster } from './compiled-cluster.ts'
import type { Balancer } from './balancers/balancer.ts'
import { makeBalancer } from './balancers/make-balancer.ts'
import { randomChoice } from './balancers/random.ts'
import type { Host } from './host.ts'

/** Hosts of one locality at one priority. */
export interface LocalityHosts {
  readonly name: string
  readonly weight: number
  readonly hosts: readonly Host[]
}

/** A snapshot for choosing; rebuilt when membership, weight or health changes. */
export interface HostSet {
  readonly total: number
  readonly healthy: number
  choose(hash: number | undefined): Host | undefined
}

/** Builds the snapshot. */
export function buildHostSet(cluster: CompiledCluster, priorities: readonly (readonly LocalityHosts[])[], overprovisioning: number, random: () => number): HostSet {
  const levels = priorities.map((localities) => buildLevel(cluster, localities, overprovisioning, random))
  const total = levels.reduce((sum, level) => sum + level.total, 0)
  const healthy = levels.reduce((sum, level) => sum + level.healthy, 0)
  const loads = priorityLoads(levels.map((level) => level.availability))
  // The usual case: one priority takes everything.
  const only = loads.findIndex((load) => load >= 100)
  if (only >= 0) return { total, healthy, choose: (hash) => levels[only]?.pick(hash) }
  return {
    total,
    healthy,
    choose(hash) {
      let at = random() * 100
      for (const [i, load] of loads.entries()) {
        at -= load
        if (at < 0) return levels[i]?.pick(hash)
      }
      // All levels together have no availability: only panic can help.
      for (const level of levels) {
        const host = level.pick(hash)
        if (host) return host
      }
      return undefined
    },
  }
}

interface Level {
  readonly total: number
  readonly healthy: number
  /** 0 to 100, overprovisioned. */
  readonly availability: number
  pick(hash: number | undefined): Host | undefined
}

function buildLevel(cluster: CompiledCluster, localities: readonly LocalityHosts[], overprovisioning: number, random: () => number): Level {
  const all = localities.flatMap((locality) => locality.hosts)
  const healthy = all.filter((host) => host.healthy)
  const share = all.length === 0 ? 0 : (healthy.length / all.length) * 100
  const availability = Math.min(100, (share * overprovisioning) / 100)
  const panic = share < cluster.panicThreshold
  const usable = panic ? all : healthy
  const facts = { total: all.length, healthy: healthy.length, availability: panic && all.length > 0 ? Math.max(availability, share) : availability }
  if (cluster.localityWeighted && !panic && localities.length > 1) {
    const choices = localities
      .map((locality) => localityChoice(cluster, locality, overprovisioning, random))
      .filter((choice) => choice.weight > 0)
    const picker = randomChoice(choices, random)
    return { ...facts, pick: (hash) => picker.pick(undefined)?.balancer.pick(hash) }
  }
  const balancer = makeBalancer(cluster, usable, random)
  return { ...facts, pick: (hash) => balancer.pick(hash) }
}

interface LocalityChoice {
  readonly label: string
  readonly weight: number
  readonly active: number
  readonly balancer: Balancer<Host>
}

function localityChoice(cluster: CompiledCluster, locality: LocalityHosts, overprovisioning: number, random: () => number): LocalityChoice {
  const healthy = locality.hosts.filter((host) => host.healthy)
  const availability = locality.hosts.length === 0 ? 0 : Math.min(1, ((healthy.length / locality.hosts.length) * overprovisioning) / 100)
  return { label: locality.name, weight: locality.weight * availability, active: 0, balancer: makeBalancer(cluster, healthy, random) }
}

/** Percent of traffic per priority: each level takes what its availability allows of what is left; scaled up if all together have less than 100. */
export function priorityLoads(availabilities: readonly number[]): readonly number[] {
  const sum = Math.min(100, availabilities.reduce((total, value) => total + value, 0))
  if (sum === 0) return availabilities.map(() => 0)
  let left = 100
  return availabilities.map((availability) => {
    const load = Math.min(left, (availability * 100) / sum)
    left -= load
    return load
  })
}
