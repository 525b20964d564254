/** The corpora `authz`, `path-normalization` and `simulation`, run as `npm run -s conformance` runs them: every case agrees, or is a known gap. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run as runAuthz } from './authz/index.ts'
import { run as runPaths } from './path-normalization/index.ts'
import { run as runSimulation } from './simulation/index.ts'

const corpora = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'conformance/istio')
const isAbsent = !existsSync(corpora)
if (isAbsent && process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the corpora are absent: ${corpora}`)
if (isAbsent) console.log('authz, path-normalization, simulation: skipped, the folder of shared corpora is absent')

describe.skipIf(isAbsent)('traffic policy corpora', () => {
  it.each([
    ['authz', runAuthz, 18],
    ['path-normalization', runPaths, 200],
    ['simulation', runSimulation, 70],
  ] as const)('%s: every case agrees but the known gaps', async (corpus, run, least) => {
    const { total, passed, known, failed } = await run(join(corpora, corpus))
    console.log(`${corpus}: ${passed} of ${total} passed, ${known.length} known gaps`)
    expect(failed).toEqual([])
    expect(passed).toBeGreaterThan(least)
    expect(passed + known.length).toBe(total)
  })

  it('notices when a case expects otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
    folders.push(folder)
    const { cases } = JSON.parse(readFileSync(join(corpora, 'path-normalization/cases.json'), 'utf8')) as { readonly cases: readonly Readonly<Record<string, unknown>>[] }
    writeFileSync(join(folder, 'cases.json'), JSON.stringify({ cases: cases.slice(0, 5).map((one) => ({ ...one, expectPath: '/never' })) }))
    expect(await runPaths(folder)).toMatchObject({ total: 5, passed: 0 })
  })
})

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
