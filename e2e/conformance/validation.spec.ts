/** The validation corpora, run as `npm run -s conformance` runs them; and proof that the runners can fail. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run as runCrds } from './validation-crds/index.ts'
import { run as runTables } from './validation-tables/index.ts'

const corpora = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'conformance/istio')
const isAbsent = !existsSync(corpora)
if (isAbsent && process.env['MESH_REQUIRE_ALL'] === '1') throw new Error(`the corpora are absent: ${corpora}`)
if (isAbsent) console.log('validation corpora: skipped, the folder of shared corpora is absent')

describe.skipIf(isAbsent)('validation corpora', () => {
  it.each([
    ['validation-tables', runTables],
    ['validation-crds', runCrds],
  ] as const)('%s: every case agrees', async (corpus, run) => {
    const { total, passed, known, failed } = await run(join(corpora, corpus))
    console.log(`${corpus}: ${passed} of ${total} passed, ${known.length} known gaps`)
    expect(failed).toEqual([])
    expect(known).toEqual([])
    expect(total).toBeGreaterThan(50)
    expect(passed).toBe(total)
  })

  it('notices when a row expects otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
    folders.push(folder)
    mkdirSync(join(folder, 'tables'))
    const rows = JSON.parse(readFileSync(join(corpora, 'validation-tables/tables/TestValidateGateway.json'), 'utf8')) as readonly Readonly<Record<string, unknown>>[]
    const turned = rows.map((row) => ({ ...row, valid: row['valid'] !== true }))
    const unknown = { ...rows[0], id: 'unknown', function: 'noSuchValidator' }
    writeFileSync(join(folder, 'tables/turned.json'), JSON.stringify([...turned, unknown]))
    const { total, passed } = await runTables(folder)
    expect({ total, passed }).toEqual({ total: rows.length + 1, passed: 0 })
  })
})

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
