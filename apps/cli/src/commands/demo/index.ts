/** `istioctl local demo`: brings a sample up, sends requests, and shows what happened and why. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import type { DemoFlags } from './flags.ts'

/** Adds `demo` to `local`. */
export function demoCommand(local: Command, context: CliContext): void {
  local.command('demo').description('Bring the bookshop sample up, send requests through it, and show what happened and why')
    .requiredOption('-f, --filename <dir>', 'Folder of the sample')
    .option('--once', 'Exit after the requests')
    .option('-o, --output <format>', 'json')
    .option('--timeout <duration>', 'How long to wait until everything is ready', '60s')
    .action(async (flags: DemoFlags) => (await import('./run.ts')).demo(flags, context))
}
