// Start of a mesh on one machine: demo to the first table, CPU and memory of each process at rest; peer: the same with real Envoys as sidecars
import { row, type BenchRow } from '../measure/rows.ts'
import { measureDemo, measureStart, type Engine, type StartCost } from './mesh.ts'

const ROUNDS = 5

/** Starts the meshes in turn. @throws Error if one does not get ready, or Envoy is not to be had */
export async function run(): Promise<readonly BenchRow[]> {
  const starts: Record<Engine, StartCost[]> = { 'istio-ts': [], envoy: [] }
  const demos: Record<Engine, number[]> = { 'istio-ts': [], envoy: [] }
  // The first start of all fills compile caches and fetches Envoy; nobody waits for that twice.
  for (const engine of ['istio-ts', 'envoy'] as const) await measureStart(engine)
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of ['istio-ts', 'envoy'] as const) {
      starts[engine].push(await measureStart(engine))
      demos[engine].push(await measureDemo(engine))
    }
  }
  const compared = (name: string, unit: string, pick: (cost: StartCost) => number): BenchRow => row(name, unit, starts['istio-ts'].map(pick), { 'envoy sidecars': starts.envoy.map(pick) })
  const processes = [['sidecar', ' (budget 0.5)', ' (budget 90)'], ['gateway', '', ''], ['istiod', '', ''], ['supervisor', '', '']] as const
  return [
    row('demo to the first table (budget 20)', 's wall', demos['istio-ts'], { 'envoy sidecars': demos.envoy }),
    compared('local up until ready', 's wall', (cost) => cost.readySeconds),
    ...processes.map(([name, budget]) => compared(`CPU to start: ${name}${budget}`, 's CPU', (cost) => cost.processes[name].cpuSeconds)),
    ...processes.map(([name, , budget]) => compared(`memory at rest: ${name}${budget}`, 'MB RSS', (cost) => cost.processes[name].rssMb)),
  ]
}
