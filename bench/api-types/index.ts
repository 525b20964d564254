// Validation of configuration: one VirtualService, a folder of samples, a cold `istioctl validate` of 1,000; peers: YAML parsers alone
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { parse, parseAllDocuments } from 'yaml'
import { loadText, parseObject } from '../../packages/api-types/src/yaml/index.ts'
import { safeParse, VirtualService } from '../../packages/api-types/src/index.ts'
import { row, type BenchRow } from '../measure/rows.ts'
import { virtualServices, virtualServicesByHand } from './virtual-services.ts'

const ROUNDS = 15
const root = join(import.meta.dirname, '../..')
const shared = process.env['ISTIO_TS_SHARED'] ?? join(root, '../shared')

/** One contestant: does the work once. */
type Work = () => unknown
type Contestants = { readonly ours: Work; readonly [peer: string]: Work }

/** Measures all. @throws Error if the samples are absent or a process fails */
export function run(): Promise<readonly BenchRow[]> {
  return Promise.resolve([validateOne(), ...samples(), cold('', virtualServices(1000)), cold(' written by hand', virtualServicesByHand(1000))])
}

/** CPU of schema, defaults and Istio's rules for a typical VirtualService that is parsed already: 50 us are 20,000 per second and core. */
function validateOne(): BenchRow {
  const texts = virtualServices(200)
  const objects = texts.map((text) => parse(text) as unknown)
  const per = 1000 / objects.length
  const contestants = {
    ours: () => objects.map((object) => safeParse(VirtualService, object).diagnostics.length),
    'js-yaml, parse alone': () => texts.map((text) => loadAll(text)),
    'yaml, parse alone': () => texts.map((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown)),
  }
  if (contestants.ours().some((findings) => findings > 0)) throw new Error('a VirtualService of the bench is not valid')
  return named('validate a parsed VirtualService (budget 50)', 'us CPU', cpuRounds(contestants, 20, per / 20))
}

/** Parse and validate every file of the shared samples; the budget is a second. */
function samples(): readonly BenchRow[] {
  const folder = join(shared, 'conformance/istio/samples')
  const texts = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.ya?ml$/.test(name)).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  const contestants = {
    ours: () => texts.map(({ name, text }) => loadText(text, { file: name, cluster: 'Kubernetes', parse: parseObject })),
    'js-yaml, parse alone': () => texts.map(({ text }) => loadAll(text)),
    'yaml, parse alone': () => texts.map(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as unknown)),
  }
  return [named(`parse and validate ${texts.length} sample files (budget 1000)`, 'ms CPU', cpuRounds(contestants, 1, 1))]
}

/** Wall time of whole processes: `istioctl validate`, and a Node that only parses the same file. */
function cold(how: string, texts: readonly string[]): BenchRow {
  const folder = mkdtempSync(join(tmpdir(), 'bench-api-types-'))
  try {
    const file = join(folder, 'virtual-services.yaml')
    writeFileSync(file, texts.join('---\n'))
    const parser = (code: string): Work => process_('--input-type=module', '-e', `import { readFileSync } from 'node:fs'\nconst text = readFileSync(${JSON.stringify(file)}, 'utf8')\n${code}`)
    return named(`cold istioctl validate of 1,000${how} (budget 190)`, 'ms wall', wallRounds({
      ours: process_(join(root, 'apps/cli/bin/istioctl.js'), 'validate', '-f', file),
      'node and js-yaml, parse alone': parser("const { loadAll } = await import('js-yaml')\nloadAll(text)"),
      'node and yaml, parse alone': parser("const { parseAllDocuments } = await import('yaml')\nfor (const document of parseAllDocuments(text)) document.toJS()"),
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const process_ = (...args: readonly string[]): Work => () => {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr}`)
}

type Rounds = Readonly<Record<string, readonly number[]>>

function named(name: string, unit: string, rounds: Rounds): BenchRow {
  const { ours = [], ...peers } = rounds
  return row(name, unit, ours, peers)
}

/** Interleaved rounds after one that warms up. @param scale from ms of a round to the unit */
function cpuRounds(contestants: Contestants, repeat: number, scale: number): Rounds {
  return interleaved(contestants, (work) => {
    const before = process.cpuUsage()
    for (let i = 0; i < repeat; i++) work()
    const { user, system } = process.cpuUsage(before)
    return ((user + system) / 1000) * scale
  })
}

function wallRounds(contestants: Contestants): Rounds {
  return interleaved(contestants, (work) => {
    const before = performance.now()
    work()
    return performance.now() - before
  })
}

function interleaved(contestants: Contestants, measure: (work: Work) => number): Rounds {
  const rounds: Record<string, number[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let i = 0; i <= ROUNDS; i++) {
    for (const [name, work] of Object.entries(contestants)) {
      const value = measure(work)
      if (i > 0) rounds[name]?.push(value)
    }
  }
  return rounds
}
