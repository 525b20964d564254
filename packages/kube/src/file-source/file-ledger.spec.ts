/** When to look again: what is due is said once, and what cannot be seen or has to come to rest first is no reason to look at once. */
import { expect, it } from 'vitest'
import { fileLedger, type FileStamp } from './file-ledger.ts'

const stamp = (mark: string): FileStamp => ({ mark, changedAtMs: 0, isCoarse: false })
const listing = (files: Readonly<Record<string, FileStamp>>, closed: readonly string[] = []) => ({ files: new Map(Object.entries(files)), closed: new Map(closed.map((path) => [path, 'EACCES'])) })

/** A file that was taken and is to be read once more at 10. */
function withRecheck() {
  const ledger = fileLedger({ stableMs: 50 })
  ledger.took('sub/a', stamp('1'), 10)
  return ledger
}

it.each([
  ['seen as it was', listing({ 'sub/a': stamp('1') }), ['sub/a'], Infinity],
  ['seen in another form', listing({ 'sub/a': stamp('2') }), [], 50],
  ['gone', listing({}), [], 50],
  ['in a folder that is closed', listing({}, ['sub/']), [], Infinity],
] as const)('a file to be read once more, %s', (_, seen, due, dueIn) => {
  const ledger = withRecheck()
  expect(ledger.dueIn(0)).toBe(10)
  expect(ledger.note(seen, 20, false)).toEqual(due)
  expect(ledger.dueIn(20)).toBe(dueIn)
})

it('reads a file once more as soon as its folder opens', () => {
  const ledger = withRecheck()
  ledger.note(listing({}, ['sub/']), 20, false)
  expect(ledger.note(listing({ 'sub/a': stamp('1') }), 1000, false)).toEqual(['sub/a'])
})
