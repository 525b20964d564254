/** The work of `proxy-config`, loaded when one of its parts is used. */
import type { CliContext } from '../../context.ts'
import { body, hasSection, parseJson, readConfigDump, section, type ConfigDump } from '../../dump/config-dump.ts'
import { listOf } from '../../dump/json-value.ts'
import { badFormat, rootsDiffer } from '../../errors.ts'
import { formatJson, formatValue } from '../../output/format.ts'
import { formatYaml } from '../../output/yaml.ts'
import { bootstrapOf, versionSummary } from './bootstrap.ts'
import { clustersOf, clustersTable } from './clusters.ts'
import { endpointsTable, readClusterStatuses, wantedClusters } from './endpoints.ts'
import { extensionConfigsOf, extensionConfigsTable } from './extension-configs.ts'
import type { ProxyConfigFlags } from './flags.ts'
import { listenersOf, listenersTable } from './listeners.ts'
import { loadAssignmentsOf, loadAssignmentsTable } from './load-assignments.ts'
import { routesOf, routesTable } from './routes.ts'
import { pemBlocks, rootsOf, secretsTable } from './secrets.ts'
import { portFlag, readDump, readSource } from './source.ts'

export { log } from './log.ts'

type Part = (target: string | undefined, flags: ProxyConfigFlags, context: CliContext) => Promise<void>

/** Prints JSON, YAML or the table. */
function show(context: CliContext, format: string | undefined, value: () => unknown, table: () => string): void {
  context.out(formatValue(format, 'short', value) ?? table())
}

/** Flags with the port as a number. */
const filterOf = (flags: ProxyConfigFlags): Omit<ProxyConfigFlags, 'port'> & { readonly port: number | undefined } => ({ ...flags, port: portFlag('--port', flags.port) })

export const clusters: Part = async (target, flags, context) => {
  const dump = await readDump('cluster', target, flags, context)
  show(context, flags.output, () => clustersOf(dump, filterOf(flags)), () => clustersTable(dump, filterOf(flags)))
}

export const listeners: Part = async (target, flags, context) => {
  const dump = await readDump('listener', target, flags, context)
  show(context, flags.output, () => listenersOf(dump, filterOf(flags)), () => listenersTable(dump, filterOf(flags), flags.verbose ?? true))
}

export const routes: Part = async (target, flags, context) => {
  const dump = await readDump('route', target, flags, context)
  show(context, flags.output, () => routesOf(dump, flags), () => routesTable(dump, flags, flags.verbose ?? true))
}

export const endpoints: Part = async (target, flags, context) => {
  const { text, origin } = await readSource('endpoints', target, '/clusters?format=json', flags, context)
  const statuses = readClusterStatuses(text, origin)
  show(context, flags.output, () => wantedClusters(statuses, filterOf(flags)), () => endpointsTable(statuses, filterOf(flags)))
}

export const eds: Part = async (target, flags, context) => {
  const dump = await readDump('eds', target, flags, context, true)
  show(context, flags.output, () => loadAssignmentsOf(dump, filterOf(flags)), () => loadAssignmentsTable(dump, filterOf(flags)))
}

export const bootstrap: Part = async (target, flags, context) => {
  const dump = await readDump('bootstrap', target, flags, context)
  // JSON is the default of this part alone.
  show(context, flags.output ?? 'json', () => bootstrapOf(dump), () => versionSummary(dump))
}

export const secrets: Part = async (target, flags, context) => {
  const dump = await readDump('secret', target, flags, context)
  show(context, flags.output, () => body(section(dump, 'secrets')), () => secretsTable(dump, new Date()))
}

export const extensionConfigs: Part = async (target, flags, context) => {
  const dump = await readDump('ecds', target, flags, context)
  show(context, flags.output, () => extensionConfigsOf(dump), () => extensionConfigsTable(dump))
}

export const all: Part = async (target, flags, context) => {
  const { text, origin } = await readSource('all', target, '/config_dump?include_eds=on', flags, context)
  if (flags.output === 'json') context.out(formatJson(parseJson(text, origin)))
  else if (flags.output === 'yaml') context.out(formatYaml(parseJson(text, origin)))
  else if (flags.output === undefined || flags.output === 'short') context.out(summary(readConfigDump(text, origin), flags))
  else throw badFormat(flags.output, 'json|yaml|short')
}

/** All tables in turn. A section that this proxy has nothing for (no endpoints without EDS) is left out. */
function summary(dump: ConfigDump, flags: ProxyConfigFlags): string {
  const filter = filterOf(flags)
  const verbose = flags.verbose ?? true
  const parts = [
    ['BOOTSTRAP', 'bootstrap', () => versionSummary(dump)],
    ['CLUSTER', 'clusters', () => clustersTable(dump, filter, true)],
    ['LISTENER', 'listeners', () => listenersTable(dump, filter, verbose, true)],
    ['ROUTE', 'routes', () => routesTable(dump, flags, verbose, true)],
    ['SECRET', 'secrets', () => secretsTable(dump, new Date(), true)],
    ['ENDPOINTS', 'endpoints', () => loadAssignmentsTable(dump, filter, true)],
  ] as const
  return parts.filter(([, name]) => hasSection(dump, name)).map(([title, , table]) => `${flags.withHeaders ? `------ ${title} INFO ------\n\n` : ''}${table()}`).join('\n')
}

/** `rootca-compare`. @throws MeshError MESH0976 if the two trust nothing in common */
export async function compareRoots(one: string, other: string, flags: ProxyConfigFlags, context: CliContext): Promise<void> {
  const [first, second] = await Promise.all([one, other].map(async (target) => rootBlocks(await readDump('rootca-compare', target, flags, context))))
  if (!first?.some((root) => second?.includes(root))) throw rootsDiffer(one, other)
  context.out(`Both [${one}] and [${other}] have the identical ROOTCA, theoretically the connectivity between them is available\n`)
}

const rootBlocks = (dump: ConfigDump): readonly string[] =>
  listOf(section(dump, 'secrets')['dynamicActiveSecrets']).filter(({ name }) => name === 'ROOTCA').flatMap(({ secret }) => pemBlocks(rootsOf(body(secret)))).map((block) => block.replaceAll(/\s/g, ''))
