/** `istioctl proxy-config`: what a proxy has, ours or a real Envoy. */
import type { Command } from 'commander'
import type { CliContext } from '../../context.ts'
import type { ProxyConfigFlags } from './flags.ts'
import type * as run from './run.ts'
import { switchOption } from '../../switch-option.ts'

type Run = Exclude<keyof typeof run, 'compareRoots'>

/** Adds `proxy-config` and its parts. */
export function proxyConfigCommand(program: Command, context: CliContext): void {
  const group = program.command('proxy-config').alias('pc').description('Retrieve information about proxy configuration from Envoy')
    .option('--proxy-admin-port <port>', 'Envoy proxy admin port (default: where the proxy listens)')

  const part = (name: string, aliases: readonly string[], what: string, work: Run, hidden = false): Command => {
    const command = group.command(`${name} [target]`, { hidden }).aliases([...aliases]).usage('[<type>/]<name>[.<namespace>] [options]').description(what)
    return command.action(async (target: string | undefined, _flags: unknown, self: Command) => (await import('./run.ts'))[work](target, self.optsWithGlobals<ProxyConfigFlags>(), context))
  }
  const output = (command: Command): Command => command.option('-o, --output <format>', 'Output format: one of json|yaml|short')
  const file = (command: Command): Command => command.option('-f, --file <file>', 'Envoy config dump JSON file')
  const verbose = (command: Command): Command => switchOption(command, 'verbose', 'Output more information', true)

  file(output(part('cluster', ['clusters', 'c'], 'Retrieves cluster configuration for the Envoy in the specified pod', 'clusters')))
    .option('--fqdn <text>', 'Filter clusters by substring of Service FQDN field')
    .option('--direction <direction>', 'Filter clusters by Direction field')
    .option('--subset <text>', 'Filter clusters by substring of Subset field')
    .option('--port <port>', 'Filter clusters by Port field')

  verbose(file(output(part('listener', ['listeners', 'l'], 'Retrieves listener configuration for the Envoy in the specified pod', 'listeners'))))
    .option('--address <address>', 'Filter listeners by address field')
    .option('--type <type>', 'Filter listeners by type field')
    .option('--port <port>', 'Filter listeners by Port field')

  verbose(file(output(part('route', ['routes', 'r'], 'Retrieves route configuration for the Envoy in the specified pod', 'routes'))))
    .option('--name <name>', 'Filter listeners by route name field')

  const endpointFlags = (command: Command): Command => command
    .option('--address <address>', 'Filter endpoints by address field')
    .option('--port <port>', 'Filter endpoints by Port field')
    .option('--cluster <name>', 'Filter endpoints by cluster name field')
    .option('--status <status>', 'Filter endpoints by status field')
  endpointFlags(file(output(part('endpoint', ['endpoints', 'ep'], 'Retrieves endpoint configuration for the Envoy in the specified pod', 'endpoints'))))
  endpointFlags(file(output(part('eds', [], 'Retrieves endpoint configuration for the Envoy in the specified pod', 'eds', true))))

  file(output(part('bootstrap', ['b'], 'Retrieves bootstrap configuration for the Envoy in the specified pod', 'bootstrap')))
  file(output(part('secret', ['secrets', 's'], 'Retrieves secret configuration for the Envoy in the specified pod', 'secrets')))
  file(output(part('ecds', ['ec'], 'Retrieves typed extension configuration for the Envoy in the specified pod', 'extensionConfigs')))

  switchOption(verbose(file(output(part('all', ['a'], 'Retrieves all configuration for the Envoy in the specified pod', 'all')))), 'with-headers', 'Output results with headers', false)
    .option('--fqdn <text>', 'Filter clusters by substring of Service FQDN field')
    .option('--direction <direction>', 'Filter clusters by Direction field')
    .option('--subset <text>', 'Filter clusters by substring of Subset field')
    .option('--port <port>', 'Filter clusters and listeners by Port field')
    .option('--address <address>', 'Filter listeners by address field')
    .option('--type <type>', 'Filter listeners by type field')
    .option('--name <name>', 'Filter routes by route name field')

  switchOption(part('log', ['o'], 'Retrieves logging levels of the Envoy in the specified pod', 'log'), 'reset', 'Reset levels to default value (warning)', false, 'r')
    .option('--level <levels>', 'Comma-separated minimum per-logger level of messages to output, in the form of [<logger>:]<level>,... or <level> to change all active loggers; one of trace, debug, info, warning, error, critical, off')

  group.command('rootca-compare <one> <other>').alias('rc').usage('<name-1>[.<namespace-1>] <name-2>[.<namespace-2>]').description('Compare ROOTCA values for the two given pods')
    .action(async (one: string, other: string, _flags: unknown, self: Command) => (await import('./run.ts')).compareRoots(one, other, self.optsWithGlobals<ProxyConfigFlags>(), context))
}
