/** Reads protos/subset.txt: which upstream files are ours in full, and the sentence that opens each file. */
import { readFileSync } from 'node:fs'

/** The subset of the upstream protos that we carry. */
export interface Subset {
  /** Path of each file that is carried in full. */
  readonly files: ReadonlySet<string>
  /** The sentence of the longest entry that starts the path. @throws Error if there is none. */
  readonly comment: (path: string) => string
}

/**
 * Lines are `path  sentence`. A path that ends in `.proto` is carried in full; a path that ends in `/` only lends its sentence to
 * files below it. `#` starts a comment.
 */
export function readSubset(file: string): Subset {
  const entries = readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')).map((line) => {
    const [path = '', ...words] = line.trim().split(/\s+/)
    return { path, sentence: words.join(' ') }
  })
  const sentences = entries.filter((entry) => entry.sentence !== '').sort((left, right) => right.path.length - left.path.length)
  return {
    files: new Set(entries.map((entry) => entry.path).filter((path) => path.endsWith('.proto'))),
    comment: (path) => {
      const entry = sentences.find((item) => path.startsWith(item.path))
      if (entry === undefined) throw new Error(`protos/subset.txt has no sentence for ${path}`)
      return entry.sentence
    },
  }
}
