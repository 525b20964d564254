/** Corpus validation-tables: our validators say the same as Istio's, row by row. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocatedFinding } from '../../../packages/api-types/src/validation/findings.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'
import { spelledOut, type Row, type RowValidator } from './row.ts'
import { loadValidators } from './validators.ts'
import { saysTheSame } from './wording.ts'

/** Runs every row of the folder. @param dir the folder of the corpus */
export async function run(dir: string): Promise<CorpusResult> {
  const validators = await loadValidators()
  const folder = join(dir, 'tables')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')).sort() : []
  const rows = files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Row[])
  return report('validation-tables', import.meta.dirname, rows.map((row): Outcome => ({ name: row.id, reason: reasonOf(row, validators.get(row.function)) })))
}

function reasonOf(row: Row, validate: RowValidator | undefined): string | undefined {
  if (!validate) return `no validator for ${row.function}`
  try {
    return difference(row, validate({ ...row, spec: spelledOut(row.spec) }))
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : String(error)}`
  }
}

function difference(row: Row, located: readonly LocatedFinding[]): string | undefined {
  const of = (severity: string): readonly string[] => located.filter(({ finding }) => finding.severity === severity).map(({ finding }) => finding.message)
  const errors = of('error')
  const warnings = of('warning')
  if (row.valid !== (errors.length === 0)) return row.valid ? `should be valid, but: ${errors.join(' | ')}` : `should be invalid${row.error === undefined ? '' : `: ${row.error}`}`
  const { error } = row
  if (error !== undefined && !row.valid && !errors.some((message) => saysTheSame(message, error))) return `should say ${JSON.stringify(error)}, but: ${errors.join(' | ')}`
  if (row.warning !== undefined && row.warning !== warnings.length > 0) return row.warning ? 'should warn' : `should not warn, but: ${warnings.join(' | ')}`
  const { warningText } = row
  if (warningText !== undefined && !warnings.some((message) => saysTheSame(message, warningText))) return `should warn ${JSON.stringify(warningText)}, but: ${warnings.join(' | ')}`
  return undefined
}
