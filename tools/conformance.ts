// `npm run -s conformance -- <corpus>... [--dir DIR] [-o json]`: runs golden corpora; its output is a contract (docs/testing.md).
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What a runner reports: `known` are cases that failed and are named in its known-gaps.txt. */
interface CorpusResult {
  readonly corpus: string
  readonly total: number
  readonly passed: number
  readonly known: readonly string[]
  readonly failed: readonly { readonly name: string; readonly reason: string }[]
}

const root = join(import.meta.dirname, '..')
const runners = join(root, 'e2e/conformance')
const available = readdirSync(runners, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(runners, entry.name, 'index.ts'))).map((entry) => entry.name).sort()

const args = process.argv.slice(2)
const option = (names: readonly string[]): string | undefined => {
  const at = args.findIndex((arg) => names.includes(arg))
  return at < 0 ? undefined : args.splice(at, 2)[1]
}
const json = option(['-o', '--output']) === 'json'
const dir = resolve(option(['--dir']) ?? join(process.env['ISTIO_TS_SHARED'] ?? join(root, '../shared'), 'conformance/istio'))
const wanted = args.length > 0 ? args : available

const unknown = wanted.filter((corpus) => !available.includes(corpus))
if (unknown.length > 0) {
  console.error(`conformance: no runner for ${unknown.join(', ')}. There are: ${available.join(', ')}.`)
  process.exit(2)
}

const results: CorpusResult[] = []
for (const corpus of wanted) {
  const folder = join(dir, corpus)
  if (!existsSync(folder)) {
    console.error(`conformance: ${folder} is absent; name the folder that holds the corpora with --dir.`)
    results.push({ corpus, total: 0, passed: 0, known: [], failed: [{ name: corpus, reason: `the corpus is absent from ${dir}` }] })
    continue
  }
  const { run } = (await import(join(runners, corpus, 'index.ts'))) as { readonly run: (dir: string) => Promise<CorpusResult> }
  const result = await run(folder)
  results.push(result)
  if (json) continue
  console.log(`${corpus}: ${result.passed} of ${result.total} passed, ${result.known.length} known gaps, ${result.failed.length} failed`)
  for (const { name, reason } of result.failed) console.log(`  FAILED ${name}: ${reason}`)
}
if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
process.exitCode = results.some((result) => result.failed.length > 0) ? 1 : 0
