/** Corpus crd-facts: the facts of our CRDs equal those of Istio's and the Gateway API's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crdFactsOf, crdOf, knownCrdKinds } from '../../../packages/api-types/src/crd/index.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'

/** Compares each case of the folder. @param dir the folder of the corpus */
export async function run(dir: string): Promise<CorpusResult> {
  const files = ['istio', 'gateway-api'].flatMap((folder) => filesOf(join(dir, folder)))
  return report('crd-facts', import.meta.dirname, files.map((file): Outcome => ({ name: nameOf(file), reason: compare(file) })))
}

const filesOf = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')).sort().map((file) => join(folder, file)) : [])

const nameOf = (file: string): string => file.split('/').at(-1)?.replace(/\.json$/, '') ?? file

function compare(file: string): string | undefined {
  const expected: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const kind = knownCrdKinds.find(({ group, plural }) => `${plural}.${group}` === nameOf(file))
  if (!kind) return 'no kind of that name'
  return difference(JSON.parse(JSON.stringify(crdFactsOf(crdOf(kind)))), expected, '')
}

/** The first difference, as a path and both values. */
function difference(ours: unknown, theirs: unknown, path: string): string | undefined {
  if (isDeepStrictEqual(ours, theirs)) return undefined
  if (typeof ours === 'object' && ours !== null && typeof theirs === 'object' && theirs !== null && Array.isArray(ours) === Array.isArray(theirs)) {
    const a = Object.entries(ours)
    const b = Object.entries(theirs)
    const lost = b.find(([key]) => !Object.hasOwn(ours, key))
    const added = a.find(([key]) => !Object.hasOwn(theirs, key))
    if (lost) return `${path}.${lost[0]}: missing, expected ${short(lost[1])}`
    if (added) return `${path}.${added[0]}: not expected, is ${short(added[1])}`
    for (const [key, value] of a) {
      const found = difference(value, Object.fromEntries(b)[key], `${path}.${key}`)
      if (found !== undefined) return found
    }
  }
  return `${path}: is ${short(ours)}, expected ${short(theirs)}`
}

const short = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? 'undefined'
