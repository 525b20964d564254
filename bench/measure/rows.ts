/** Rows of a benchmark: medians of interleaved rounds, and how far the rounds lay apart. */

/** One measured case; the form is a contract (docs/testing.md). `spread` = (max - min) / median of ours. */
export interface BenchRow {
  readonly case: string
  readonly unit: string
  readonly ours: number
  readonly peers: Readonly<Record<string, number>>
  /** ours / peer; below 1 is better. */
  readonly ratio: Readonly<Record<string, number>>
  readonly spread: number
}

/** The middle of the numbers (the mean of the two middle ones). */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** A row from the rounds of ours and of each peer. @throws Error if a peer has no rounds: a missing peer is no result */
export function row(name: string, unit: string, ours: readonly number[], peers: Readonly<Record<string, readonly number[]>>): BenchRow {
  for (const [peer, rounds] of Object.entries({ ours, ...peers })) if (rounds.length === 0) throw new Error(`${name}: ${peer} was not measured`)
  const middle = median(ours)
  const medians = Object.fromEntries(Object.entries(peers).map(([peer, rounds]) => [peer, median(rounds)]))
  return {
    case: name, unit,
    ours: round(middle),
    peers: Object.fromEntries(Object.entries(medians).map(([peer, value]) => [peer, round(value)])),
    ratio: Object.fromEntries(Object.entries(medians).map(([peer, value]) => [peer, round(middle / value)])),
    spread: round((Math.max(...ours) - Math.min(...ours)) / middle),
  }
}

const round = (value: number): number => Number(value.toPrecision(4))
