// CPU that each process of the demo's mesh takes to start, until it rests; peers: a real Envoy as sidecar of the same mesh, an empty Node program, the budget (0.5 s)
import { footprints } from '../bookshop/footprint.ts'
import { row, type BenchRow } from '../measure/rows.ts'

/** A sidecar's start (LocalMesh budget). */
const BUDGET_S = 0.5

/** Seconds of CPU per process. */
export async function run(): Promise<readonly BenchRow[]> {
  const rounds = await footprints()
  const node = rounds.map((round) => round.node.cpuS)
  const peers = { envoy: rounds.map(({ envoy }) => envoy.cpuS), node, budget: [BUDGET_S] }
  return [
    row('sidecar', 's', rounds.flatMap(({ sidecars }) => sidecars.map(({ cpuS }) => cpuS)), peers),
    row('gateway', 's', rounds.map(({ gateway }) => gateway.cpuS), peers),
    row('istiod', 's', rounds.map(({ istiod }) => istiod.cpuS), { node }),
  ]
}
