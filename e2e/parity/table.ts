/** The table that tells what both proxies did, row by row: it is read as documentation, so it is kept as a file and compared as one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'testdata')

/** Compares with the file, or writes it with GOLDEN_UPDATE=1; returns both texts. */
export function compareTable(name: string, title: string, chapters: Readonly<Record<string, readonly string[]>>, columns: readonly string[]): { readonly seen: string; readonly expected: string } {
  const head = `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`
  const seen = [`# ${title}`, ...Object.entries(chapters).map(([chapter, rows]) => `## ${chapter}\n\n${head}\n${rows.join('\n')}`)].join('\n\n') + '\n'
  const file = join(FOLDER, `${name}.md`)
  if (process.env['GOLDEN_UPDATE'] === '1') writeFileSync(file, seen)
  return { seen, expected: readFileSync(file, 'utf8') }
}

/** One row: what we did; and where Envoy does something else, what and why. */
export function tableRow(row: { readonly name: string; readonly differs?: string }, ours: string, envoy: string): readonly string[] {
  const first = `| ${row.name.replaceAll('|', '\\|')} | ${ours} |`
  return row.differs === undefined ? [first] : [first, `| | Envoy: ${envoy} |`, `| | *${row.differs}* | | |`]
}
