/** What every command gets: options and the terminal. */
import { MeshError } from '@istio-ts/foundation'
import type { CliOptions } from './options.ts'

/** The command line as commands see it. With `-o json` nothing but JSON may go to `out`. */
export interface CliContext extends CliOptions {
  out(text: string): void
  err(text: string): void
  /** From now on a closed standard output does not end the program: it has something to take down first. */
  keepGoing(): void
}

/** Ends a command with an exit code other than 0, after it has said all it has to say. */
export class ExitCode extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit code ${code}`)
    this.code = code
  }
}

/** One line for an error: message and remedy of ours, the message of others. */
export function errorLine(error: unknown): string {
  if (error instanceof MeshError) return `Error: ${error.message}${error.message.endsWith('\n') ? '' : ' '}${error.remedy}`
  return `Error: ${error instanceof Error ? error.message : String(error)}`
}
