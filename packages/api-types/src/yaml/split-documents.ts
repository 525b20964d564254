/** Cuts a stream of YAML documents at its `---` lines, so that one broken document does not hide the others. */

/** The text of one document and the number of its first line, from 0. */
export interface DocumentText {
  readonly text: string
  readonly firstLine: number
}

/**
 * Splits at lines that begin with `---` (content after the marker belongs to the new document) and ends documents at `...`.
 * A marker at column 0 ends a document even inside a block scalar (YAML 1.2.2, 9.1.2). Documents of blanks and comments alone are left out.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const documents: DocumentText[] = []
  let lines: string[] = []
  let firstLine = 0
  const flush = (next: number): void => {
    if (lines.some((line) => !/^\s*(#.*)?$/.test(line) && !line.startsWith('%'))) documents.push({ text: lines.join('\n'), firstLine })
    lines = []
    firstLine = next
  }
  const all = linesOf(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  for (const [number, line] of all.entries()) {
    if (line.startsWith('---') && isMarker(line)) {
      flush(number)
      lines.push(`   ${line.slice(3)}`)
    } else if (line.startsWith('...') && isMarker(line)) {
      flush(number + 1)
    } else {
      lines.push(line)
    }
  }
  flush(all.length)
  return documents
}

/** Line ends of every system; the usual one without a regular expression, because this reads every byte of every file. */
const linesOf = (text: string): readonly string[] => (text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n'))

/** A marker stands alone or before a blank. */
const isMarker = (line: string): boolean => line.length === 3 || /\s/.test(line.charAt(3))
