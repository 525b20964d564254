/** What the demo shows to people: aligned, cut to the terminal, coloured only there. */
import { expect, it } from 'vitest'
import type { DemoRow } from './rows.ts'
import { demoTable, type TableStyle } from './table.ts'

const YAML = ['spec:', '  route: a line that is so long that it does not fit into a terminal of eighty columns at all', '  abort: {httpStatus: 500}']
const style: TableStyle = { columns: 80, colour: false, lineOf: (_, line) => (YAML[line - 1] ?? '').trim() }
const row = (changes: Partial<DemoRow>): DemoRow => ({
  from: 'productpage-v1', to: 'reviews', method: 'GET', path: '/', status: 200, upstreamPod: 'reviews-v1', upstreamVersion: 'v1', tls: true, sourcePrincipal: 'spiffe://cluster.local/ns/default/sa/productpage', route: 'x',
  config: [{ kind: 'VirtualService', namespace: 'default', name: 'x', file: 'x.yaml', line: 2 }], shows: 'split', attempts: 1, durationMs: 3, ...changes,
})
const ROWS = [
  row({}), row({ upstreamPod: 'reviews-v3', durationMs: 4 }), row({ durationMs: 9 }),
  row({ shows: 'abort' }),
  row({ shows: 'abort', from: 'reviews-v1', to: 'ratings', status: 500, upstreamPod: null, tls: false, durationMs: 1, config: [{ kind: 'VirtualService', namespace: 'default', name: 'x', file: 'longer.yaml', line: 3 }] }),
  row({ shows: 'retry', to: 'details', upstreamPod: 'details-v1', attempts: 2, durationMs: 612, config: [] }),
]

it('counts equal calls, puts those to one service together, and cuts YAML to the width', () => {
  expect(demoTable(ROWS, style)).toBe(`
Version split: the page is asked for several times
      FROM            TO       STATUS  ANSWERED BY  CALLER, BY mTLS
  2x  productpage-v1  reviews  200     reviews-v1   default/productpage
      x.yaml:2       route: a line that is so long that it does not fit into ...
  1x  productpage-v1  reviews  200     reviews-v3   default/productpage
      x.yaml:2       route: a line that is so long that it does not fit into ...

Injected fault: the same page for user jason
      FROM            TO       STATUS  ANSWERED BY  CALLER, BY mTLS
  1x  reviews-v1      ratings  500     (the fault)  -
      longer.yaml:3  abort: {httpStatus: 500}
    and 1 call as above

Retry: the first answer of details is 503, and the page never sees it
      FROM            TO       STATUS  ANSWERED BY  CALLER, BY mTLS
  1x  productpage-v1  details  200     details-v1   default/productpage
      2 attempts, took 612 ms
`)
})

it('fits into the terminal, whatever its width', () => {
  for (const columns of [80, 120]) for (const line of demoTable(ROWS, { ...style, columns }).split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
  expect(demoTable(ROWS, { ...style, columns: undefined })).toContain('eighty columns at all')
})

it('is the same text without colours as with them', () => {
  const coloured = demoTable(ROWS, { ...style, colour: true })
  expect(coloured).toContain('\u001b[31m500\u001b[0m')
  // eslint-disable-next-line no-control-regex -- the codes are what is taken away
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(demoTable(ROWS, style))
})
