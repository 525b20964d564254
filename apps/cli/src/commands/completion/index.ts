/** `istioctl completion`: scripts that let a shell complete commands and flags. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import { SHELLS, type Shell } from './shell.ts'

const HOW: Readonly<Record<Shell, string>> = {
  bash: 'source <(istioctl completion bash)',
  zsh: 'source <(istioctl completion zsh)',
  fish: 'istioctl completion fish | source',
}

/** Adds `completion`. */
export function completionCommand(program: Command, context: CliContext): void {
  const group = program.command('completion').description('Generate the autocompletion script for the specified shell')
  for (const shell of SHELLS) {
    group.command(shell).description(`Generate the autocompletion script for ${shell}: ${HOW[shell]}`)
      .action(async () => context.out((await import('./run.ts')).completionScript(shell, program)))
  }
}
