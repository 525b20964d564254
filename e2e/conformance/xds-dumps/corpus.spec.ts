/** The corpus `xds-dumps`, as `npm run -s conformance -- xds-dumps` runs it: nothing fails that known-gaps.txt does not name; it says which gaps are closed. */
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
    const closed = [...knownGaps()].filter((name) => !known.includes(name))
    if (closed.length > 0) console.log(`xds-dumps: closed gaps, take them out with refresh-known-gaps.ts: ${closed.join(' ')}`)
  })
} else {
  it(`is not there (${dir})`, () => expect(process.env['MESH_REQUIRE_ALL'], 'the corpus is absent').not.toBe('1'))
}
