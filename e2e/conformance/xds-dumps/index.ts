/** Runs the corpus `xds-dumps`: what a real istiod sends for small meshes, against what we send. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Difference, type Json } from './compare.ts'
import { dump, modelOf } from './generate.ts'
import { readCase } from './read-case.ts'

/** What the conformance command prints for a corpus. */
export interface CorpusResult {
  readonly corpus: string
  readonly total: number
  readonly passed: number
  /** Cases that failed and are named in known-gaps.txt. */
  readonly known: readonly string[]
  readonly failed: readonly { readonly name: string; readonly reason: string }[]
}

/** Names of the cases in a folder. */
export const casesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(dir, entry.name, 'expected'))).map((entry) => entry.name).sort()

/** The differences of one case, by proxy; a failure of ours is a difference too. */
export function differencesOf(folder: string, limit = 20): readonly (Difference & { readonly proxy: string })[] {
  const xds = readCase(folder)
  const model = modelOf(xds)
  return xds.proxies.flatMap((proxy) => compare(proxy.expected as Json, dump(model, proxy, xds), limit).map((difference) => ({ ...difference, proxy: proxy.name })))
}

/** Why a case fails, in one line; undefined when it passes. */
export function reasonOf(folder: string): string | undefined {
  try {
    const found = differencesOf(folder)
    const [first] = found
    return first && `${found.length >= 20 ? '20 or more' : found.length} differences, first ${first.proxy}: ${first.path}: expected ${brief(first.expected)}, got ${brief(first.actual)}`
  } catch (error) {
    return `failed: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`
  }
}

const brief = (value: Json | undefined): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** `case<TAB>reason` lines beside this file. */
export const knownGaps = (): ReadonlySet<string> => {
  const file = join(import.meta.dirname, 'known-gaps.txt')
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n').map((line) => line.split('\t')[0] ?? '').filter((name) => name !== '' && !name.startsWith('#')) : [])
}

/** Runs all cases of a folder. */
export async function run(dir: string): Promise<CorpusResult> {
  const gaps = knownGaps()
  const results = casesIn(dir).map((name) => ({ name, reason: reasonOf(join(dir, name)) }))
  const broken = results.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]))
  return Promise.resolve({
    corpus: 'xds-dumps',
    total: results.length,
    passed: results.length - broken.length,
    known: broken.filter(({ name }) => gaps.has(name)).map(({ name }) => name),
    failed: broken.filter(({ name }) => !gaps.has(name)),
  })
}
