/** Runs the corpus `xds-dumps`: what a real istiod sends for small meshes, against what we send. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../json.ts'
import { report, type CorpusResult, type Outcome } from '../report.ts'
import { compare, type Difference } from './compare.ts'
import { dump, modelOf } from './generate.ts'
import { readCase } from './read-case.ts'

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

/** Runs all cases of a folder. */
export const run = (dir: string): Promise<CorpusResult> =>
  Promise.resolve(report('xds-dumps', import.meta.dirname, casesIn(dir).map((name): Outcome => ({ name, reason: reasonOf(join(dir, name)) }))))
