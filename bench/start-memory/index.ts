// resident memory of each process of the demo's mesh at rest; peers: a real Envoy as sidecar of the same mesh, an empty Node program, the budget (90 MB)
import type { BenchRow } from '../measure/rows.ts'
import { processRows } from '../bookshop/process-rows.ts'

/** A sidecar at rest (LocalMesh budget). */
const BUDGET_MB = 90

/** Megabytes per process. */
export const run = (): Promise<readonly BenchRow[]> => processRows('MB', BUDGET_MB, ({ rssMb }) => rssMb)
