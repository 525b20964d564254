/** The corpus `xds-dumps`, as `npm run -s conformance -- xds-dumps` runs it: nothing fails that known-gaps.txt does not name; it says which gaps are closed. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { corpora, lacksCorpora } from '../corpora.ts'
import { knownGaps } from '../report.ts'
import { run } from './index.ts'

it.skipIf(lacksCorpora('xds-dumps'))('matches istiod in all cases but the known gaps', async () => {
  const { failed, known, passed, total } = await run(join(corpora, 'xds-dumps'))
  console.log(`xds-dumps: ${passed} of ${total}, ${known.length} known gaps`)
  expect(failed).toEqual([])
  const closed = [...knownGaps(import.meta.dirname)].filter((name) => !known.includes(name))
  if (closed.length > 0) console.log(`xds-dumps: closed gaps, take them out with refresh-known-gaps.ts: ${closed.join(' ')}`)
})
