// CPU of one endpoint change that 20 proxies see, in meshes of 100 to 10,000 services and 250 to 4,000 proxies; peer: recompute everything
import { join } from 'node:path'
import { row, type BenchRow } from '../measure/rows.ts'
import { startWorker, type Worker } from '../measure/worker.ts'
import type { MeshSize } from './mesh.ts'
import type { Round } from './worker.ts'

const SIZES: readonly MeshSize[] = [
  { services: 100, proxies: 250 },
  { services: 1000, proxies: 250 },
  { services: 10_000, proxies: 250 },
  { services: 1000, proxies: 1000 },
  { services: 1000, proxies: 4000 },
]
/** Many short rounds: a busy neighbour of the machine then moves the median of none. */
const ROUNDS = 61
const CHANGES = 100
/** Until the code is compiled as it stays; a control plane runs for months. */
const WARM_UP = 1500
/** The peer takes seconds per change: few rounds of one change are enough to see the order. */
const NAIVE_ROUNDS = 5

const file = join(import.meta.dirname, 'worker.ts')
const ask = async (worker: Worker, changes: number): Promise<Round> => (await worker.ask(changes)) as Round

/** Measures ours in interleaved rounds, then the peer. @throws Error if the affected set is not the same everywhere */
export async function run(): Promise<readonly BenchRow[]> {
  const ours = await rounds('ours', ROUNDS, CHANGES, WARM_UP)
  const affected = new Set(ours.flat().map(({ messages }) => messages))
  if (affected.size !== 1) throw new Error(`the meshes are not comparable: one change makes ${[...affected].join(', ')} messages`)
  const naive = await rounds('naive', NAIVE_ROUNDS, 1, 1)
  return SIZES.map(({ services, proxies }, i) =>
    row(`${services} services, ${proxies} proxies`, 'us per change', (ours[i] ?? []).map(({ cpuUs }) => cpuUs), { naive: (naive[i] ?? []).map(({ cpuUs }) => cpuUs) }))
}

/** Rounds over all sizes, one process each, so that a busy moment of the machine hits all alike. The engine is set as `tools/bin-template.js` sets istiod's. */
async function rounds(kind: 'ours' | 'naive', count: number, changes: number, warmUp: number): Promise<readonly (readonly Round[])[]> {
  const workers = SIZES.map(({ services, proxies }) => startWorker(file, [kind, String(services), String(proxies)], ['--expose-gc', '--no-allocation-site-pretenuring']))
  try {
    const found: Round[][] = SIZES.map(() => [])
    await Promise.all(workers.map((worker) => ask(worker, warmUp)))
    for (let round = 0; round < count; round++) {
      for (const [i, worker] of workers.entries()) {
        const one = await ask(worker, changes)
        found[i]?.push(one)
      }
    }
    return found
  } finally {
    for (const worker of workers) worker.stop()
  }
}
