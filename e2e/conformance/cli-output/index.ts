/** Corpus cli-output: what istioctl prints. Tables are compared as text, JSON and YAML by value. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { runCli } from '../../../apps/cli/src/compose.ts'
import { statusResponse } from '../../../apps/cli/src/commands/proxy-status/client-config.ts'
import { compareDumps } from '../../../apps/cli/src/commands/proxy-status/compare.ts'
import { statusText } from '../../../apps/cli/src/commands/proxy-status/run.ts'
import type { CliContext } from '../../../apps/cli/src/context.ts'
import { readConfigDump } from '../../../apps/cli/src/dump/config-dump.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'
import { clientsOf, type InstanceClient } from './instance-client.ts'

interface Case {
  readonly name: string
  readonly command?: string
  readonly inputs: readonly string[]
  readonly golden?: string | Readonly<Record<string, string>>
  readonly output?: string
  readonly contains?: readonly string[]
  readonly options?: { readonly output: string; readonly verbosity: number; readonly namespace: string }
  readonly instances?: Readonly<Record<string, readonly InstanceClient[]>>
}

/** Version of the control planes in the cases of proxy-status, as the corpus says. */
const ISTIOD_VERSION = '1.1'

/** Runs every case of the folder. @param dir the folder of the corpus */
export async function run(dir: string): Promise<CorpusResult> {
  const index: unknown = JSON.parse(readFileSync(join(dir, 'cases.json'), 'utf8'))
  const cases = (Array.isArray(index) ? index : (index as { readonly cases: unknown }).cases) as readonly Case[]
  const outcomes: Outcome[] = []
  for (const given of cases) {
    const reason = await reasonOf(given, dir).catch((error: unknown) => String(error))
    outcomes.push({ name: given.name, reason })
  }
  return report('cli-output', import.meta.dirname, outcomes)
}

async function reasonOf(given: Case, dir: string): Promise<string | undefined> {
  const actual = await printed(given, dir)
  if (actual === undefined) return `the command is not there yet: ${given.command ?? '(inner function)'}`
  for (const text of given.contains ?? []) if (!actual.includes(text)) return `should contain ${JSON.stringify(text)}, but: ${actual}`
  const expected = typeof given.golden === 'string' ? readFileSync(join(dir, given.golden), 'utf8') : given.output
  if (expected === undefined) return given.contains ? undefined : 'nothing to compare with'
  return isSame(actual, expected, formatOf(given)) ? undefined : `expected\n${expected}\nbut\n${actual}`
}

const formatOf = (given: Case): string => given.options?.output ?? /-o (\w+)/.exec(given.command ?? '')?.[1] ?? 'table'

function isSame(actual: string, expected: string, format: string): boolean {
  if (format === 'json') return isDeepStrictEqual(JSON.parse(actual), JSON.parse(expected))
  return format === 'yaml' ? isDeepStrictEqual(parse(actual), parse(expected)) : actual === expected
}

/** Standard output of the case; undefined for commands that we do not have. */
async function printed(given: Case, dir: string): Promise<string | undefined> {
  const text = (i: number): string => readFileSync(join(dir, given.inputs[i] ?? ''), 'utf8')
  if (given.instances) {
    const { output, verbosity, namespace } = given.options ?? { output: 'table', verbosity: 0, namespace: '' }
    const responses = Object.entries(given.instances).map(([name, clients]) => statusResponse(name, ISTIOD_VERSION, clientsOf(clients)))
    return statusText(responses, { output, verbosity: String(verbosity), namespace })
  }
  if (given.command === 'proxy-status <pod>') return compareDumps(readConfigDump(text(0), 'istiod'), readConfigDump(text(1), 'proxy'), 'UTC')
  return given.command?.startsWith('proxy-config') ? runCommand(given.command, join(dir, given.inputs[0] ?? ''), dir) : undefined
}

async function runCommand(command: string, input: string, cwd: string): Promise<string> {
  const context = terminal(cwd)
  const code = await runCli(command.split(' ').map((word) => (word === '<input>' ? input : word)), context)
  if (code !== 0) throw new Error(`exit code ${code}: ${context.errors.join('')}`)
  return context.output.join('')
}

/** A terminal that keeps what is printed. */
function terminal(cwd: string): CliContext & { readonly output: string[]; readonly errors: string[] } {
  const output: string[] = []
  const errors: string[] = []
  return {
    cwd, home: '/nonexistent', xdgStateHome: '/nonexistent', env: {}, node: process.execPath, cliBin: '', istiodBin: '', proxyBin: '', columns: undefined, keepGoing: () => undefined, output, errors,
    out: (text) => void output.push(text),
    err: (text) => void errors.push(text),
  }
}
