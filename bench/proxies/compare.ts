/** Interleaved rounds over contestants: CPU of each per request. */
import { row, type BenchRow } from '../measure/rows.ts'
import { cpuUs, type Running } from './processes.ts'

/** A proxy that takes part. */
export interface Contestant {
  readonly name: string
  readonly port: number
  readonly running: Running
}

/** One load: sends requests to a port for some seconds, and says how many were answered. */
export type Load = (port: number, seconds: number) => Promise<number>

/** A row also tells how many requests its figures stand on. */
export interface CountedRow extends BenchRow {
  readonly requests: Readonly<Record<string, number>>
}

const ROUNDS = 5
const ROUND_S = 2
const WARM_UP_S = 3

/** Measures one case; the contestant named `ours` is ours, all others are peers. */
export async function compare(name: string, contestants: readonly Contestant[], load: Load): Promise<CountedRow> {
  const rounds = new Map<string, number[]>(contestants.map((one) => [one.name, []]))
  const requests: Record<string, number> = {}
  for (const one of contestants) await load(one.port, WARM_UP_S)
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of contestants) {
      const before = cpuUs(one.running.pid)
      const done = await load(one.port, ROUND_S)
      rounds.get(one.name)?.push((cpuUs(one.running.pid) - before) / done)
      requests[one.name] = (requests[one.name] ?? 0) + done
    }
  }
  const { ours = [], ...peers } = Object.fromEntries(rounds)
  return { ...row(name, 'us', ours, peers), requests }
}
