/** Round robin, weighted when weights differ. */
import { sameWeights, type Balanced, type Balancer } from './balancer.ts'
import { EdfScheduler } from './edf.ts'

/** Makes a round robin over hosts; starts at a random host. */
export function roundRobin<H extends Balanced>(hosts: readonly H[], random: () => number): Balancer<H> {
  if (hosts.length > 0 && !sameWeights(hosts)) {
    const scheduler = new EdfScheduler(hosts, (host) => host.weight, random)
    return { pick: () => scheduler.next() }
  }
  let turn = Math.floor(random() * hosts.length)
  return {
    pick() {
      if (turn >= hosts.length) turn = 0
      return hosts[turn++]
    },
  }
}
