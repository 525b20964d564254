/** The validation corpora, run as `npm run -s conformance` runs them; and proof that the runners can fail. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corpora, lacksCorpora } from './corpora.ts'
import { ownCorpus } from './own-corpus.ts'
import { run as runCrds } from './validation-crds/index.ts'
import { run as runTables } from './validation-tables/index.ts'

describe.skipIf(lacksCorpora('validation corpora'))('validation corpora', () => {
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
    const rows = JSON.parse(readFileSync(join(corpora, 'validation-tables/tables/TestValidateGateway.json'), 'utf8')) as readonly Readonly<Record<string, unknown>>[]
    const turned = rows.map((row) => ({ ...row, valid: row['valid'] !== true }))
    const unknown = { ...rows[0], id: 'unknown', function: 'noSuchValidator' }
    const { total, passed } = await runTables(ownCorpus({ 'tables/turned.json': [...turned, unknown] }))
    expect({ total, passed }).toEqual({ total: rows.length + 1, passed: 0 })
  })
})
