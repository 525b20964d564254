/** The words of `istioctl validate`. */
import type { FileFindings } from './check-text.ts'

/** What is said of a file without errors. */
export function outcomeText({ file, warnings }: FileFindings): string {
  if (warnings.length > 0) return `${JSON.stringify(file)} has warnings: \n\t${warnings.map((warning) => `* ${warning}`).join('\n\t')}\n\n`
  return file === '-' ? 'validation succeed\n' : `${JSON.stringify(file)} is valid\n`
}

/** All errors, each on a line of its own. */
export function errorsText(errors: readonly string[]): string {
  return `Error: ${errors.length === 1 ? '1 error' : `${errors.length} errors`} occurred:\n\t${errors.map((error) => `* ${error}`).join('\n\t')}\n\n`
}
