/** Maglev hashing: a full lookup table, evenly filled, little disturbed by changes. @see https://research.google/pubs/pub44824 */
import type { Balanced, Balancer } from './balancer.ts'
import { hashText } from './hash.ts'

/** Makes a table of `tableSize` slots (a prime; Envoy's default is 65537). A request without a hash goes anywhere. */
export function maglev<H extends Balanced>(hosts: readonly H[], random: () => number, tableSize = 65_537): Balancer<H> {
  const table = new Int32Array(hosts.length === 0 ? 0 : tableSize).fill(-1)
  const heaviest = hosts.reduce((most, host) => Math.max(most, host.weight), 0)
  const state = hosts.map((host) => ({ offset: hashText(host.label) % tableSize, skip: (hashText(host.label, 0x5bd1e995) % (tableSize - 1)) + 1, next: 0, credit: 0, step: host.weight / heaviest }))
  let filled = 0
  while (filled < table.length) {
    for (const [i, entry] of state.entries()) {
      entry.credit += entry.step
      if (entry.credit < 1) continue
      entry.credit -= 1
      let slot = (entry.offset + entry.next * entry.skip) % tableSize
      while (table[slot] !== -1) {
        entry.next++
        slot = (entry.offset + entry.next * entry.skip) % tableSize
      }
      table[slot] = i
      entry.next++
      if (++filled === table.length) break
    }
  }
  return { pick: (hash) => hosts[table[(hash ?? Math.floor(random() * 0x1_0000_0000)) % tableSize] ?? 0] }
}
