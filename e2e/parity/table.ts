/** The rows of a spec, and the table that tells what both proxies did, row by row: it is read as documentation, so it is kept as a file and compared as one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'testdata')

/** Rows wait tens of milliseconds for what should not happen: on a loaded machine Envoy may need longer for what should. */
export const PATIENT = { retry: 2 }

/** One table, filled while its rows run. */
export class RowTable {
  readonly #file: string
  readonly #what: string
  readonly #columns: readonly string[]
  readonly #chapters: Record<string, string[]> = {}

  /** @param name of the file in `testdata/`, `what` goes through both proxies, `columns` are those of each line */
  constructor(name: string, what: string, columns: readonly string[]) {
    this.#file = join(FOLDER, `${name}.md`)
    this.#what = what
    this.#columns = columns
  }

  /** Notes a row: what we did; and where Envoy does something else, what and why. */
  add(chapter: string, row: { readonly name: string; readonly differs?: string }, ours: string, envoy: string): void {
    const first = `| ${row.name.replaceAll('|', '\\|')} | ${ours} |`
    ;(this.#chapters[chapter] ??= []).push(...(row.differs === undefined ? [first] : [first, `| | Envoy: ${envoy} |`, `| | *${row.differs}* | | |`]))
  }

  /** Compares with the file, or writes it with GOLDEN_UPDATE=1; returns both texts. */
  compare(): { readonly seen: string; readonly expected: string } {
    const head = `| ${this.#columns.join(' | ')} |\n|${' --- |'.repeat(this.#columns.length)}`
    const chapters = Object.entries(this.#chapters).map(([chapter, rows]) => `## ${chapter}\n\n${head}\n${rows.join('\n')}`)
    const seen = [`# ${this.#what}, through us as through Envoy 1.40`, ...chapters].join('\n\n') + '\n'
    if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(this.#file, seen)
    return { seen, expected: readFileSync(this.#file, 'utf8') }
  }
}
