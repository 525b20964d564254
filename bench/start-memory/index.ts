// resident memory of each process of the demo's mesh at rest; peers: a real Envoy as sidecar of the same mesh, an empty Node program, the budget (90 MB)
import { footprints } from '../bookshop/footprint.ts'
import { row, type BenchRow } from '../measure/rows.ts'

/** A sidecar at rest (LocalMesh budget). */
const BUDGET_MB = 90

/** Megabytes per process. */
export async function run(): Promise<readonly BenchRow[]> {
  const rounds = await footprints()
  const node = rounds.map((round) => round.node.rssMb)
  const peers = { envoy: rounds.map(({ envoy }) => envoy.rssMb), node, budget: [BUDGET_MB] }
  return [
    row('sidecar', 'MB', rounds.flatMap(({ sidecars }) => sidecars.map(({ rssMb }) => rssMb)), peers),
    row('gateway', 'MB', rounds.map(({ gateway }) => gateway.rssMb), peers),
    row('istiod', 'MB', rounds.map(({ istiod }) => istiod.rssMb), { node }),
  ]
}
