/** The table of who refuses what: the API server by the CRD, our validator by Istio's rules, or both. */
import type { Verdict } from './verdict.ts'

/** A case and what was said of it. */
export interface Refusal {
  readonly id: string
  readonly kind: string
  readonly verdict: Verdict
}

const mark = (refusal: string | undefined): string => (refusal === undefined ? '-' : 'refuses')

/** Who refuses. */
export const refusedBy = ({ apiServer, validator }: Verdict): 'both' | 'API server' | 'validator' | 'nobody' =>
  apiServer === undefined ? (validator === undefined ? 'nobody' : 'validator') : validator === undefined ? 'API server' : 'both'

/** Rows of text, cases in the order given, and sums by kind at the end. */
export function refusalTable(title: string, refusals: readonly Refusal[]): string {
  const width = Math.max(...refusals.map(({ id }) => id.length))
  const row = (id: string, apiServer: string, validator: string): string => `  ${id.padEnd(width)}  ${apiServer.padEnd(10)}  ${validator}`
  const cases = refusals.map(({ id, verdict }) => row(id, mark(verdict.apiServer), mark(verdict.validator)))
  return [`${title}: who refuses each invalid case`, row('case', 'API server', 'validator'), ...cases, '', ...sums(refusals)].join('\n')
}

function sums(refusals: readonly Refusal[]): readonly string[] {
  const kinds = [...new Set(refusals.map(({ kind }) => kind))].sort()
  const columns = ['both', 'API server', 'validator', 'nobody'] as const
  const line = (name: string, of: readonly Refusal[]): string => `  ${name.padEnd(24)}${columns.map((column) => String(of.filter(({ verdict }) => refusedBy(verdict) === column).length).padStart(12)).join('')}`
  return [`  ${'kind'.padEnd(24)}${columns.map((column) => column.padStart(12)).join('')}`, ...kinds.map((kind) => line(kind, refusals.filter((refusal) => refusal.kind === kind))), line('all', refusals)]
}
