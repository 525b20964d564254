/** `istioctl version`. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import type { VersionFlags } from './flags.ts'
import { switchOption } from '../../switch-option.ts'

/** Adds `version`. */
export function versionCommand(program: Command, context: CliContext): void {
  const command = program.command('version').description('Prints out build version information')
    .option('-o, --output <format>', "One of 'yaml' or 'json'")
  switchOption(command, 'short', 'Use --short=false to generate full version information', true, 's')
  switchOption(command, 'remote', 'Use --remote=false to suppress control plane check', true)
  command.action(async (_flags: unknown, self: Command) => (await import('./run.ts')).version(self.optsWithGlobals<VersionFlags>(), context))
}
