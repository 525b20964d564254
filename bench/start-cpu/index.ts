// CPU that each process of the demo's mesh takes to start, until it rests; peers: a real Envoy as sidecar of the same mesh, an empty Node program, the budget (0.5 s)
import type { BenchRow } from '../measure/rows.ts'
import { processRows } from '../bookshop/process-rows.ts'

/** A sidecar's start (LocalMesh budget). */
const BUDGET_S = 0.5

/** Seconds of CPU per process. */
export const run = (): Promise<readonly BenchRow[]> => processRows('s', BUDGET_S, ({ cpuS }) => cpuS)
