/** The corpora `authz`, `path-normalization` and `simulation`, run as `npm run -s conformance` runs them: every case agrees, or is a known gap. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run as runAuthz } from './authz/index.ts'
import { corpora, lacksCorpora } from './corpora.ts'
import { ownCorpus } from './own-corpus.ts'
import { run as runPaths } from './path-normalization/index.ts'
import { run as runSimulation } from './simulation/index.ts'

describe.skipIf(lacksCorpora('authz, path-normalization, simulation'))('traffic policy corpora', () => {
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
    const { cases } = JSON.parse(readFileSync(join(corpora, 'path-normalization/cases.json'), 'utf8')) as { readonly cases: readonly Readonly<Record<string, unknown>>[] }
    expect(await runPaths(ownCorpus({ 'cases.json': { cases: cases.slice(0, 5).map((one) => ({ ...one, expectPath: '/never' })) } }))).toMatchObject({ total: 5, passed: 0 })
  })
})
