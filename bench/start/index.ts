// wall time from `npm run demo` to its first table; peer: the budget of a mesh on one machine (20 s)
import { runUntilEnd, sampleMesh } from '../bookshop/mesh.ts'
import { row, type BenchRow } from '../measure/rows.ts'

const ROUNDS = 5
/** docs: `npm run demo` to the first table on 2 cores. */
const BUDGET_S = 20

/** Each round is a first start: no state folder, no certificates. */
export async function run(): Promise<readonly BenchRow[]> {
  const seconds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const mesh = await sampleMesh()
    try {
      const { seenAfterMs } = await runUntilEnd(mesh.env, 'npm', ['run', '-s', 'demo', '--', '--once', '-f', mesh.folder], 'BECAUSE OF')
      seconds.push(seenAfterMs / 1000)
    } finally {
      mesh.remove()
    }
  }
  return [row('npm run demo to the first table', 's', seconds, { budget: [BUDGET_S] })]
}
