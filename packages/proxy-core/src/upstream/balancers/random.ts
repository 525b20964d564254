/** Random choice, by weight when weights differ. */
import { sameWeights, type Balanced, type Balancer } from './balancer.ts'

/** Makes a random balancer. */
export function randomChoice<H extends Balanced>(hosts: readonly H[], random: () => number): Balancer<H> {
  if (hosts.length === 0 || sameWeights(hosts)) return { pick: () => hosts[Math.floor(random() * hosts.length)] }
  let total = 0
  const ends = hosts.map((host) => (total += host.weight))
  return {
    pick() {
      const at = random() * total
      let low = 0
      let high = ends.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if ((ends[middle] ?? 0) > at) high = middle
        else low = middle + 1
      }
      return hosts[low]
    },
  }
}
