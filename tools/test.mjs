// `npm test`: boiler-plate, lint, types, unit, golden, property and end-to-end tests, and a closing line `N passed, N failed`.
// `--tier 0` stops before the tests with real processes. MESH_REQUIRE_ALL=1 (set by .ci/run) makes a skipped tier a failure.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { prepareTools } from './prepare-tools.mjs'

const root = join(import.meta.dirname, '..')
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1' }
const reports = mkdtempSync(join(tmpdir(), 'istio-ts-test-'))
const tier0 = process.argv.includes('--tier') && process.argv[process.argv.indexOf('--tier') + 1] === '0'
const results = []

function step(title, command, args, extra = {}) {
  return new Promise((resolve) => {
    const started = Date.now()
    console.log(`\n== ${title}`)
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...env, ...extra } })
    const done = (ok) => {
      console.log(`== ${title}: ${ok ? 'ok' : 'FAILED'} (${Math.round((Date.now() - started) / 1000)} s)`)
      resolve(ok)
    }
    child.on('error', () => done(false))
    child.on('close', (code) => done(code === 0))
  })
}

async function check(title, command, args) {
  const ok = await step(title, command, args)
  results.push({ title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })
}

async function vitest(title, args) {
  const report = join(reports, `${results.length}.json`)
  const ok = await step(title, 'vitest', ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
  const json = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  const failed = json ? json.numFailedTests + json.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length : 1
  results.push({ title, passed: json?.numPassedTests ?? 0, failed: Math.max(failed, ok ? 0 : 1), skipped: (json?.numPendingTests ?? 0) + (json?.numTodoTests ?? 0) })
}

await check('boiler-plate is fresh', 'node', ['tools/sync-packages.mjs', '--check'])
await check('bundles', 'node', ['tools/bundle.mjs'])
// Beside the checks; not beside the bundling, because the bundled proxy fetches Envoy.
const tools = tier0 ? Promise.resolve() : prepareTools()
await check('types', 'tsc', ['-b'])
await check('types of tests, benches and tools', 'tsc', ['-p', 'tsconfig.tools.json'])
await check('lint', 'eslint', ['.', '--max-warnings', '0'])
await vitest('unit, golden and property tests', [])
await tools
if (!tier0) await vitest('end-to-end tests', ['--root', 'e2e'])
rmSync(reports, { recursive: true, force: true })

const sum = (field) => results.reduce((total, result) => total + result[field], 0)
console.log('')
for (const { title, passed, failed, skipped } of results) console.log(`${failed ? 'FAILED ' : 'ok     '} ${title}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') ? `, ${sum('skipped')} skipped` : ''}`)
process.exit(sum('failed') === 0 && (process.env.MESH_REQUIRE_ALL !== '1' || sum('skipped') === 0) ? 0 : 1)
