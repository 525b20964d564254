/** `istioctl version`. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'

declare const __VERSION__: string | undefined

/** Version of this build; the bundler fills it in. */
export const VERSION = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev'

/** Adds `version`. */
export function versionCommand(program: Command, context: CliContext): void {
  program.command('version').description('Prints out build version information')
    .option('-s, --short', 'Use --short=false to generate full version information')
    .option('-o, --output <format>', "One of 'yaml' or 'json'")
    .option('--remote', 'Use --remote=false to suppress control plane check')
    .action(async (flags: VersionFlags, command: Command) => (await import('./run.ts')).version(flags, command.optsWithGlobals<{ readonly mesh?: string }>().mesh, context))
}

/** Flags of `version`. */
export interface VersionFlags {
  readonly short?: boolean
  readonly output?: string
  readonly remote?: boolean
}
