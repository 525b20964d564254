/** Durations are those that Go's time.ParseDuration takes, and as long. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDuration } from '../../packages/foundation/src/index.ts'
import { askGo } from './oracle.ts'

const PIECES = ['0', '1', '5', '00', '1.5', '.5', '1.', '999999999', '9223372036', '2562047h', '2562048h', '9300000000000000000ns', 's', 'ms', 'us', 'µs', 'μs', 'ns', 'm', 'h', 'd', '-', '+', ' ', '.', 'e3', 'S', '1_0', '١']
const EDGES = ['', '0', '-0', '+0', '.s', '+-1s', '1s ', ' 1s', '0.0000000001s', '1.00000000000000000000000001s', '2540400h10m10s', '9223372036s', '9223372037s']

it('durations are read as Go reads them', { timeout: 900_000 }, (context) => {
  const texts = [...new Set([...EDGES, ...fc.sample(fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join('')), { numRuns: 20_000, seed: 20251121 })])]
  const answers = askGo(context, texts.map((text) => ({ op: 'duration', text })))
  const different = texts.flatMap((text, i) => ((parseDuration(text) !== undefined) === answers[i]?.ok ? [] : [{ text, go: answers[i], we: parseDuration(text) }]))
  expect(different.slice(0, 10)).toEqual([])
  console.log(`durations: ${texts.length} texts read as Go reads them`)
  expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(200)
})
