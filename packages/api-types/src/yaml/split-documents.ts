/** Cuts a stream of YAML documents at its `---` lines, so that one broken document does not hide the others. */

/** The text of one document and the number of its first line, from 0. */
export interface DocumentText {
  readonly text: string
  readonly firstLine: number
}

/** `---` or `...` at the beginning of a line, alone or before a blank. */
const MARKER = /(?<=^|\n)(?:---|\.\.\.)(?!\S)/g
/** A line that is neither blank nor comment nor directive. */
const CONTENT = /^(?!%)[^\S\n]*[^\s#]/m

/**
 * Splits at lines that begin with `---` (content after the marker belongs to the new document) and ends documents at `...`.
 * A marker at column 0 ends a document even inside a block scalar (YAML 1.2.2, 9.1.2). Documents of blanks and comments alone are left out.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const documents: DocumentText[] = []
  const whole = withUsualLineEnds(text)
  let start = 0
  let firstLine = 0
  const cut = (end: number): void => {
    // The line end before a marker belongs to the marker.
    const document = whole.slice(start, end < whole.length ? end - 1 : end)
    // What stands behind a marker keeps its column.
    if (CONTENT.test(document)) documents.push({ text: start === 0 || document.startsWith('\n') ? document : `   ${document}`, firstLine })
    firstLine += countLines(whole, start, end)
  }
  for (const { index, 0: marker } of whole.matchAll(MARKER)) {
    if (index > start) cut(index)
    // A document begins behind `---`; behind `...` its line has nothing that counts.
    start = marker === '---' ? index + marker.length : lineEnd(whole, index)
  }
  cut(whole.length)
  return documents
}

/** Without a byte order mark, and with the line ends of Unix. */
function withUsualLineEnds(text: string): string {
  const marked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  return marked.includes('\r') ? marked.replaceAll(/\r\n?/g, '\n') : marked
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function countLines(text: string, start: number, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++
  return count
}
