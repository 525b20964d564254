/** Reads the files, checks every document, and says what was found where. */
import type { CliContext } from '../../context.ts'
import { ExitCode } from '../../context.ts'
import { noFiles } from '../../errors.ts'
import { checkText, type FileFindings } from './check-text.ts'
import { filesOf, readable } from './files.ts'
import type { ValidateFlags } from './index.ts'
import { errorsText, outcomeText } from './report.ts'

/** Validates. Warnings are shown and do no harm. @throws ExitCode 1 if there is an error, MeshError MESH0971 without files */
export async function validate({ filename = [] }: ValidateFlags, context: CliContext): Promise<void> {
  if (filename.length === 0) throw noFiles()
  const results: FileFindings[] = []
  for (const name of filesOf(filename, context.cwd)) {
    const { text, problem } = readable(name, context.cwd)
    results.push(text === undefined ? { file: name, errors: [problem], warnings: [] } : checkText(name, text))
  }
  const failed = results.flatMap((result) => result.errors)
  context.out(results.filter((result) => failed.length === 0 || result.warnings.length > 0).map(outcomeText).join(''))
  if (failed.length === 0) return
  context.err(errorsText(failed))
  throw new ExitCode(1)
}
