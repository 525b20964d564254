/** Ketama-style consistent hashing: a change of one host moves about 1/n of the keys. */
import type { Balanced, Balancer } from './balancer.ts'
import { hashText } from './hash.ts'

/** Makes a ring with points in proportion to weights, at least `minSize` in all. A request without a hash goes anywhere. */
export function ringHash<H extends Balanced>(hosts: readonly H[], random: () => number, minSize = 1024, maxSize = 8 * 1024 * 1024): Balancer<H> {
  const total = hosts.reduce((sum, host) => sum + host.weight, 0)
  const smallest = hosts.reduce((least, host) => Math.min(least, host.weight), Infinity)
  const size = hosts.length === 0 ? 0 : Math.min(maxSize, Math.max(minSize, Math.ceil(total / smallest)))
  const points: { readonly at: number; readonly host: H }[] = []
  for (const host of hosts) {
    const count = Math.max(1, Math.round((host.weight / total) * size))
    for (let i = 0; i < count; i++) points.push({ at: hashText(`${host.label}_${i}`), host })
  }
  points.sort((a, b) => a.at - b.at || (a.host.label < b.host.label ? -1 : 1))
  return {
    pick(hash) {
      const at = hash ?? Math.floor(random() * 0x1_0000_0000)
      let low = 0
      let high = points.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((points[middle]?.at ?? 0) < at) low = middle + 1
        else high = middle
      }
      return (points[low] ?? points[0])?.host
    },
  }
}
