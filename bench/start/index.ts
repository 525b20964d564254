// Start of a mesh on one machine: demo to the first table, CPU and memory of each process at rest; peer: the same with real Envoys as sidecars
import { meshFootprint, type Footprint, type MeshFootprint } from '../bookshop/footprint.ts'
import { withSampleMesh } from '../bookshop/mesh.ts'
import { row, type BenchRow } from '../measure/rows.ts'

const ROUNDS = 5
const ENGINES = ['istio-ts', 'envoy'] as const

/** One start. */
interface Start {
  readonly readyS: number
  /** From the command line to the first line of the demo's table. */
  readonly demoS: number
  readonly processes: Readonly<Record<'sidecar' | 'gateway' | 'istiod' | 'supervisor', Footprint>>
}

/** Starts the meshes in turn. @throws Error if one does not get ready, or Envoy is not to be had */
export async function run(): Promise<readonly BenchRow[]> {
  const starts: Record<(typeof ENGINES)[number], Start[]> = { 'istio-ts': [], envoy: [] }
  // The first start of all fills compile caches and fetches Envoy; nobody waits for that twice.
  for (const engine of ENGINES) await withSampleMesh(engine, meshFootprint)
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of ENGINES) {
      const mesh = await withSampleMesh(engine, meshFootprint)
      const { firstOutputS: demoS } = await withSampleMesh(engine, (copy) => copy.istioctl('local', 'demo', '-f', copy.folder, '--once'))
      starts[engine].push({ readyS: mesh.readyS, demoS, processes: { ...mesh, sidecar: meanSidecar(mesh) } })
    }
  }
  const compared = (name: string, unit: string, figure: (start: Start) => number): BenchRow => row(name, unit, starts['istio-ts'].map(figure), { 'envoy sidecars': starts.envoy.map(figure) })
  const processes = [['sidecar', ' (budget 0.5)', ' (budget 90)'], ['gateway', '', ''], ['istiod', '', ''], ['supervisor', '', '']] as const
  return [
    compared('demo to the first table (budget 20)', 's wall', ({ demoS }) => demoS),
    compared('local up until ready', 's wall', ({ readyS }) => readyS),
    ...processes.map(([name, budget]) => compared(`CPU to start: ${name}${budget}`, 's CPU', (start) => start.processes[name].cpuS)),
    ...processes.map(([name, , budget]) => compared(`memory at rest: ${name}${budget}`, 'MB RSS', (start) => start.processes[name].rssMb)),
  ]
}

/** What one sidecar of a mesh costs: the process, or the agent and its Envoy together. */
function meanSidecar({ sidecars }: MeshFootprint): Footprint {
  const mean = (figure: (footprint: Footprint) => number): number => sidecars.reduce((sum, { own, envoy }) => sum + figure(own) + (envoy ? figure(envoy) : 0), 0) / sidecars.length
  return { cpuS: mean(({ cpuS }) => cpuS), rssMb: mean(({ rssMb }) => rssMb) }
}
