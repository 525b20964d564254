// wall time of a cold `istioctl version`; peers: an empty Node program, the budget (100 ms)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { row, type BenchRow } from '../measure/rows.ts'

const ROUNDS = 21
const BUDGET_MS = 100

/** Interleaved starts; each is a process of its own, from a folder without a mesh. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-bench-'))
  const time = (args: readonly string[]): number => {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: { ...process.env, XDG_STATE_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 })
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.toString()}`)
    return performance.now() - start
  }
  const version = [join(import.meta.dirname, '../../apps/cli/bin/istioctl.js'), 'version']
  try {
    const [ours, node]: [number[], number[]] = [[], []]
    time(version) // fills the compile cache, as any earlier call has done
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(time(version))
      node.push(time(['-e', '0']))
    }
    return [row('istioctl version', 'ms', ours, { node, budget: [BUDGET_MS] })]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
