/** `istioctl proxy-status`: which proxies are connected, and whether they have what they should have. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import type { ProxyStatusFlags } from './flags.ts'

/** Adds `proxy-status`. */
export function proxyStatusCommand(program: Command, context: CliContext): void {
  program.command('proxy-status [target]').alias('ps').usage('[<type>/]<name>[.<namespace>] [options]').description('Retrieves the synchronization status of each Envoy in the mesh')
    .option('-o, --output <format>', 'Output format: one of table|json|yaml')
    .option('--file <file>', 'Envoy config dump JSON file')
    .option('--proxy-admin-port <port>', 'Envoy proxy admin port (default: where the proxy listens)')
    .option('-v, --verbosity <n>', 'Level of verbosity (0 or 1)', '0')
    .action(async (target: string | undefined, _flags: unknown, self: Command) => (await import('./run.ts')).proxyStatus(target, self.optsWithGlobals<ProxyStatusFlags>(), context))
}
