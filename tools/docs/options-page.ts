/** `docs/options.md`: flags, environment variables and the proxy's bootstrap file. */
import { join } from 'node:path'
import type { Command } from 'commander'
import ts from 'typescript'
import { makeProgram } from '../../apps/cli/src/compose.ts'
import { optionSpecs } from '../../apps/istiod/src/options.ts'
import { environment, type Variable } from './environment.ts'
import { cell, docOf, root, table, treeOf, walk } from './source.ts'

/** One flag of a proxy: `--config FILE`. */
const PROXY_FLAGS: readonly (readonly [string, string])[] = [
  ['--config FILE', 'the bootstrap file (below); required'],
  ['--log-level LEVEL', '`none`, `error`, `warn`, `info` (default) or `debug`'],
]

/** The page. */
export function optionsPage(): string {
  const variables = (program: Variable['program']): string => table(['variable', 'meaning'], environment.filter((one) => one.program === program).map(({ name, meaning }) => [`\`${name}\``, cell(meaning)]))
  return `# Options

Flags win over environment variables, these over defaults. Only \`options.ts\` of a program reads its environment.

## istiod

${table(['flag', 'meaning'], Object.entries(optionSpecs).map(([name, { type, help }]) => [`\`--${name}${type === 'string' ? ' <value>' : ''}\``, cell(help)]))}

${variables('istiod')}

## istio-ts-proxy

${table(['flag', 'meaning'], PROXY_FLAGS.map(([flag, meaning]) => [`\`${flag}\``, meaning]))}

${variables('istio-ts-proxy')}

### The bootstrap file

JSON. \`istioctl local\` writes it; unknown fields are ignored, so that an older proxy reads a newer file.

${table(['field', 'type', 'meaning'], bootstrapFields().map(({ name, type, doc }) => [`\`${name}\``, `\`${type.replaceAll('|', '\\|')}\``, cell(doc)]))}

## istioctl

Where a mesh is needed, it is the one of the current folder, else the only local mesh that runs; \`--mesh\` names another.

${commandTables()}

${variables('istioctl')}
`
}

interface Field { readonly name: string; readonly type: string; readonly doc: string }

/** The fields of the interface that the proxy parses its file into, with their docstrings. */
export function bootstrapFields(): readonly Field[] {
  const { tree } = treeOf(join(root, 'apps/proxy/src/bootstrap.ts'))
  const members = new Map<string, readonly ts.PropertySignature[]>()
  walk(tree, (node) => {
    if (ts.isInterfaceDeclaration(node)) members.set(node.name.text, node.members.filter(ts.isPropertySignature))
  })
  const fields = (list: readonly ts.PropertySignature[], prefix: string): readonly Field[] => list.flatMap((member) => {
    const name = `${prefix}${member.name.getText()}`
    const own = { name: member.questionToken ? `${name}?` : name, type: short(member.type?.getText() ?? ''), doc: docOf(member) ?? NAMES[name] ?? '' }
    const inner = members.get(member.type?.getText() ?? '')
    return inner ? [own, ...fields(inner, `${name}.`)] : [own]
  })
  return fields(members.get('ProxyBootstrap') ?? [], '')
}

/** Fields whose names say enough for the source, but not for a table. */
const NAMES: Readonly<Record<string, string>> = {
  'adminPort': 'Envoy\'s admin pages (15000 in a pod).',
  'staticResources.clusters': 'Clusters (`envoy.config.cluster.v3.Cluster`).',
  'staticResources.endpoints': 'Endpoints (`ClusterLoadAssignment`).',
  'staticResources.secrets': 'Secrets of TLS contexts.',
  'staticResources.routes': 'Route tables (`RouteConfiguration`).',
  'staticResources.listeners': 'Listeners.',
}

const short = (type: string): string => {
  const text = type.replaceAll(/\s+/g, ' ').replaceAll('readonly ', '').replaceAll('Readonly<Record<string, unknown>>', 'object').replace('unknown[]', 'object[]').replaceAll(';', ',').replace(', }', ' }')
  return text.startsWith('{') || /^[A-Z]/.test(text) ? 'object' : text
}

/** One table per command of commander's tree; hidden ones are left out. */
function commandTables(): string {
  const nobody = (): never => {
    throw new Error('the documentation runs no command')
  }
  const program = makeProgram({ cwd: '.', home: '.', xdgStateHome: undefined, env: {}, node: '', cliBin: '', istiodBin: '', proxyBin: '', columns: 100, keepGoing: nobody, out: nobody, err: nobody })
  const rows = (command: Command): string => table(['flag', 'meaning', 'default'], command.createHelp().visibleOptions(command).filter(({ long }) => long !== '--help').map((option) => [
    `\`${option.flags}\``, cell(option.description), option.defaultValue === undefined ? '' : `\`${String(option.defaultValue)}\``,
  ]))
  const section = (command: Command, path: string): string => {
    const children = command.createHelp().visibleCommands(command).filter((child) => child.name() !== 'help')
    const alias = command.aliases().length > 0 ? ` (also \`${command.aliases().join('`, `')}\`)` : ''
    const usage = command.registeredArguments.map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`)).join('')
    const flags = command.options.length > 0 ? `\n\n${rows(command)}` : ''
    return [`### ${path}\n\n\`${path}${usage}\`${alias}: ${command.description()}${/[.!?]$/.test(command.description()) ? '' : '.'}${flags}`, ...children.map((child) => section(child, `${path} ${child.name()}`))].join('\n\n')
  }
  return section(program, 'istioctl')
}
