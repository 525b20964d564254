/** Least request: the less busy of a few random hosts; by weight and load when weights differ. @see envoy LeastRequestLoadBalancer */
import { sameWeights, type Balanced, type Balancer } from './balancer.ts'
import { EdfScheduler } from './edf.ts'

/** Makes a least-request balancer; two choices are Envoy's default. */
export function leastRequest<H extends Balanced>(hosts: readonly H[], random: () => number, choices = 2): Balancer<H> {
  if (hosts.length > 0 && !sameWeights(hosts)) {
    const scheduler = new EdfScheduler(hosts, (host) => host.weight / (host.active + 1), random)
    return { pick: () => scheduler.next() }
  }
  return {
    pick() {
      let best = hosts[Math.floor(random() * hosts.length)]
      for (let i = 1; i < choices && hosts.length > 1; i++) {
        const other = hosts[Math.floor(random() * hosts.length)]
        if (other && best && other.active < best.active) best = other
      }
      return best
    },
  }
}
