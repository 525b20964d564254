/** Corpus validation-crds: whole objects through schema and rules, as the API server and Istio's webhook see them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDiagnostic, hasErrors } from '@istio-ts/foundation'
import { parse } from 'yaml'
import { kindOf } from '../../../packages/api-types/src/catalog.ts'
import { safeParse } from '../../../packages/api-types/src/parse.ts'
import { parseApiVersion } from '../../../packages/api-types/src/resource.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'

interface Case {
  readonly name: string
  readonly kind: string
  readonly apiVersion: string
  readonly valid: boolean
  readonly file: string
  readonly error?: string
}

/** Runs every case of the folder. @param dir the folder of the corpus */
export async function run(dir: string): Promise<CorpusResult> {
  const index: unknown = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8'))
  const cases = (Array.isArray(index) ? index : (index as { readonly cases: unknown }).cases) as readonly Case[]
  return report('validation-crds', import.meta.dirname, cases.map((given): Outcome => ({ name: given.name, reason: reasonOf(given, dir) })))
}

function reasonOf(given: Case, dir: string): string | undefined {
  const object: unknown = parse(readFileSync(join(dir, given.file), 'utf8'))
  const kind = kindOf(parseApiVersion(given.apiVersion).group, given.kind)
  if (!kind) return `no kind ${given.apiVersion} ${given.kind}`
  const { diagnostics } = safeParse(kind, object)
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map(formatDiagnostic)
  if (given.valid === hasErrors(diagnostics)) return given.valid ? `should be valid, but: ${errors.join(' | ')}` : `should be invalid: ${given.error}`
  const { error } = given
  return error === undefined || given.valid || errors.some((message) => message.includes(error)) ? undefined : `should say ${JSON.stringify(error)}, but: ${errors.join(' | ')}`
}
