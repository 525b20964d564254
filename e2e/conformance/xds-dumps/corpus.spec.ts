/** The corpus `xds-dumps`, as `npm run -s conformance -- xds-dumps` runs it: nothing fails that known-gaps.txt does not name, and nothing is named that passes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { knownGaps, run } from './index.ts'

const dir = join(process.env['ISTIO_TS_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'conformance/istio/xds-dumps')

if (existsSync(dir)) {
  it('matches istiod in all cases but the known gaps', async () => {
    const { failed, known, passed, total } = await run(dir)
    console.log(`xds-dumps: ${passed} of ${total}, ${known.length} known gaps`)
    expect(failed).toEqual([])
    expect([...knownGaps()].filter((name) => !known.includes(name)), 'gaps that are closed: run refresh-known-gaps.ts').toEqual([])
  })
} else {
  it(`is not there (${dir})`, () => expect(process.env['MESH_REQUIRE_ALL'], 'the corpus is absent').not.toBe('1'))
}
