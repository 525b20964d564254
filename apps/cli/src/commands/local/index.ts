/** `istioctl local`: a mesh on one machine. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import { demoCommand } from '../demo/index.ts'
import type { FolderFlags, LogsFlags, UpFlags } from './flags.ts'

/** Adds `local up|status|logs|down`. */
export function localCommand(program: Command, context: CliContext): void {
  const local = program.command('local').description('Run a mesh on this machine: no cluster, no root')
  const folder = ['-f, --filename <dir>', 'Folder with a LocalMesh and its configuration'] as const

  local.command('up').description('Start the mesh (what is missing of it)')
    .option(...folder)
    .option('--detach', 'Return as soon as everything is ready')
    .option('-o, --output <format>', 'json')
    .option('--timeout <duration>', 'How long to wait until everything is ready', '60s')
    .option('--netns', 'Network namespaces with capture (not there yet)')
    .action(async (flags: UpFlags) => (await import('./run.ts')).up(flags, context))

  local.command('status').description('Show processes, ports and problems')
    .option(...folder)
    .option('-o, --output <format>', 'json')
    .action(async (flags: FolderFlags) => (await import('./run.ts')).status(flags, context))

  local.command('logs').description('Show logs of a workload, or of everything')
    .argument('[workload]', '<name>[.<namespace>], istiod or supervisor')
    .option(...folder)
    .option('--follow', 'Go on as lines come')
    .action(async (workload: string | undefined, flags: LogsFlags) => (await import('./run.ts')).logs(workload, flags, context))

  local.command('down').description('Stop the mesh')
    .option(...folder)
    .option('-o, --output <format>', 'json')
    .action(async (flags: FolderFlags) => (await import('./run.ts')).down(flags, context))

  demoCommand(local, context)

  local.command('supervise', { hidden: true }).requiredOption('-f, --filename <dir>')
    .action(async (flags: { readonly filename: string }) => (await import('./run.ts')).superviseFolder(flags.filename, context))
}
