/** Rewrites known-gaps.txt from what fails now: `node --conditions=@istio-ts/source refresh-known-gaps.ts [DIR]`. Review the diff: it may only shrink. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { casesIn, reasonOf } from './index.ts'

const file = join(import.meta.dirname, 'known-gaps.txt')
const dir = process.argv[2] ?? join(import.meta.dirname, '../../../../shared/conformance/istio/xds-dumps')
const before = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').filter((line) => line.includes('\t')).length
const lines = casesIn(dir).flatMap((name) => {
  const reason = reasonOf(join(dir, name))
  return reason === undefined ? [] : [`${name}\t${reason}`]
})
writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
console.log(`known gaps: ${before} before, ${lines.length} now`)
