// `npm run -s bench -- <name>... [-o json]`, `--list`: runs benchmarks with their peers side by side; the output is a contract (docs/testing.md).
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One measured case. Medians; `ratio` = ours/peer, below 1 is better; `spread` = (max - min) / median of ours. */
interface BenchRow {
  readonly case: string
  readonly unit: string
  readonly ours: number
  readonly peers: Readonly<Record<string, number>>
  readonly ratio: Readonly<Record<string, number>>
  readonly spread: number
}

const folder = join(import.meta.dirname, '../bench')
const available = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.ts'))).map((entry) => entry.name).sort()
const args = process.argv.slice(2)
const outputAt = args.findIndex((arg) => arg === '-o' || arg === '--output')
const json = outputAt >= 0 && args.splice(outputAt, 2)[1] === 'json'

if (args.includes('--list') || args.length === 0) {
  const purposes = available.map((name) => ({ name, purpose: (/^\/\/ (.*)$/m.exec(readFileSync(join(folder, name, 'index.ts'), 'utf8'))?.[1] ?? '').trim() }))
  if (json) process.stdout.write(`${JSON.stringify(purposes, null, 2)}\n`)
  else for (const { name, purpose } of purposes) console.log(`${name.padEnd(20)} ${purpose}`)
  process.exit(args.includes('--list') ? 0 : 2)
}

const unknown = args.filter((name) => !available.includes(name))
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}. There are: ${available.join(', ')}.`)
  process.exit(2)
}

const results: { name: string; rows: readonly BenchRow[] }[] = []
for (const name of args) {
  try {
    const { run } = (await import(join(folder, name, 'index.ts'))) as { readonly run: () => Promise<readonly BenchRow[]> }
    const rows = await run()
    results.push({ name, rows })
    if (!json) print(name, rows)
  } catch (error) {
    console.error(`bench ${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
if (json) process.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`)

function print(name: string, rows: readonly BenchRow[]): void {
  console.log(`\n${name}`)
  for (const row of rows) {
    const peers = Object.entries(row.peers).map(([peer, value]) => `${peer} ${format(value)} (${(row.ratio[peer] ?? NaN).toFixed(2)}x)`)
    console.log(`  ${row.case.padEnd(44)} ${format(row.ours).padStart(9)} ${row.unit.padEnd(6)} spread ${(row.spread * 100).toFixed(0)} %  ${peers.join('  ')}`)
  }
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3)
}
