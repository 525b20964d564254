/** `istioctl validate`: files against schema and Istio's rules, without a mesh. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import { switchOption } from '../../switch-option.ts'

/** Flags of `validate`. */
export interface ValidateFlags {
  readonly filename?: readonly string[]
}

/** Adds `validate`. */
export function validateCommand(program: Command, context: CliContext): void {
  const command = program.command('validate').alias('v').usage('-f FILENAME [options]').description('Validate Istio policy and rules files')
    .option('-f, --filename <name>', 'Names of files or folders to validate; - is standard input', (name: string, before: readonly string[] | undefined) => [...(before ?? []), name])
  switchOption(command, 'referential', 'Enable structural validation for policy and telemetry', true, 'x')
  command.action(async (flags: ValidateFlags) => (await import('./run.ts')).validate(flags, context))
}
