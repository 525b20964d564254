/** What a run of a corpus reports, the same for all corpora. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The result of a corpus; `tools/conformance.ts` prints it. */
export interface CorpusResult {
  readonly corpus: string
  readonly total: number
  readonly passed: number
  /** Cases that failed and that `known-gaps.txt` names. */
  readonly known: string[]
  readonly failed: { readonly name: string; readonly reason: string }[]
}

/** How one case went; no reason means well. */
export interface Outcome {
  readonly name: string
  readonly reason: string | undefined
}

/** Counts outcomes. @param runner the folder of the runner, where `known-gaps.txt` (`case<TAB>reason`) may stand */
export function report(corpus: string, runner: string, outcomes: readonly Outcome[]): CorpusResult {
  const gaps = knownGaps(runner)
  const bad = outcomes.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]))
  return {
    corpus,
    total: outcomes.length,
    passed: outcomes.length - bad.length,
    known: bad.filter(({ name }) => gaps.has(name)).map(({ name }) => name),
    failed: bad.filter(({ name }) => !gaps.has(name)),
  }
}

/** Names of the cases that `known-gaps.txt` in the folder of a runner lists; none without such a file. */
export function knownGaps(runner: string): ReadonlySet<string> {
  const file = join(runner, 'known-gaps.txt')
  if (!existsSync(file)) return new Set()
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return new Set(lines.map((line) => line.split('\t', 1)[0] ?? ''))
}
