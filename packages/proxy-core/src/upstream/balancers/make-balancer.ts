/** The balancer a cluster asks for. */
import type { CompiledCluster } from '../compiled-cluster.ts'
import type { Balanced, Balancer } from './balancer.ts'
import { leastRequest } from './least-request.ts'
import { maglev } from './maglev.ts'
import { randomChoice } from './random.ts'
import { ringHash } from './ring-hash.ts'
import { roundRobin } from './round-robin.ts'

/** Makes it for a list of hosts. */
export function makeBalancer<H extends Balanced>(cluster: CompiledCluster, hosts: readonly H[], random: () => number): Balancer<H> {
  switch (cluster.balancer) {
    case 'LEAST_REQUEST': return leastRequest(hosts, random, cluster.choiceCount)
    case 'RANDOM': return randomChoice(hosts, random)
    case 'RING_HASH': return ringHash(hosts, random, cluster.ring.minSize, cluster.ring.maxSize)
    case 'MAGLEV': return maglev(hosts, random, cluster.ring.tableSize)
    case 'ROUND_ROBIN':
    case 'CLUSTER_PROVIDED': return roundRobin(hosts, random)
  }
}
