/** The rows of the demo for people: what each request shows, its calls, and below each the lines of YAML that decided it. */
import { formatRows } from '../../output/table.ts'
import type { ConfigLine } from './explain.ts'
import type { DemoRequest } from './requests.ts'
import type { DemoRow } from './rows.ts'

/** How to write. */
export interface TableStyle {
  /** Longer lines of YAML are cut to fit; undefined where nobody looks at a terminal. */
  readonly columns: number | undefined
  readonly colour: boolean
  /** The text of a line of a file of the sample; '' if it cannot be read. */
  readonly lineOf: (file: string, line: number) => string
}

const TITLES: Readonly<Record<DemoRequest['shows'], string>> = {
  split: 'Version split: the page is asked for several times',
  abort: 'Injected fault: the same page for user jason',
  delay: 'Injected delay: the same page for user sally',
  retry: 'Retry: the first answer of details is 503, and the page never sees it',
  denial: 'Access denied: the page asks ratings itself, which only reviews may',
}

const HEADER = ['', 'FROM', 'TO', 'STATUS', 'ANSWERED BY', 'CALLER, BY mTLS']

/** Calls that were shown with the same outcome and reasons before are counted only. */
export function demoTable(rows: readonly DemoRow[], style: TableStyle): string {
  const groups = grouped(rows)
  const cells = [HEADER, ...groups.map(cellsOf)]
  const lines = formatRows(cells.map((row) => row.map((cell) => cell || ' ')), 2).trimEnd().split('\n').map((line) => line.trimEnd())
  const placeWidth = Math.max(0, ...groups.flatMap(({ row }) => row.config.map((place) => placeOf(place).length)))
  const seen = new Set<string>()
  const parts: string[] = []
  for (const shows of new Set(groups.map(({ row }) => row.shows))) {
    parts.push(`\n${paint(style, BOLD, TITLES[shows])}\n${paint(style, DIM, lines[0] ?? '')}\n`)
    let before = 0
    for (const [i, group] of groups.entries()) {
      if (group.row.shows !== shows) continue
      const known = outcomeOf(group.row)
      if (seen.has(known)) before += group.count
      else parts.push(callLines(group.row, lines[i + 1] ?? '', placeWidth, style))
      seen.add(known)
    }
    if (before > 0) parts.push(paint(style, DIM, `    and ${before} ${before === 1 ? 'call' : 'calls'} as above\n`))
  }
  return parts.join('')
}

interface Group {
  readonly row: DemoRow
  count: number
}

/** Equal calls of a kind of request once, with their number; those to one service stand together. */
function grouped(rows: readonly DemoRow[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const key = `${row.shows} ${outcomeOf(row)}`
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { row, count: 1 })
  }
  const found = [...groups.values()]
  const hopOf = ({ row }: Group): string => `${row.shows} ${row.to}`
  const firstOf = new Map(found.map((group, i) => [hopOf(group), i] as const).reverse())
  return found.sort((a, b) => (firstOf.get(hopOf(a)) ?? 0) - (firstOf.get(hopOf(b)) ?? 0))
}

const outcomeOf = (row: DemoRow): string => [row.from, row.to, row.status, row.upstreamPod, row.attempts > 1, row.config.map(placeOf).join()].join('|')

function cellsOf({ row, count }: Group): readonly string[] {
  const identity = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\/sa\/(.+)$/.exec(row.sourcePrincipal)
  const peer = row.upstreamPod === null ? '-' : !row.tls ? 'plain text' : identity ? `${identity[1]}/${identity[2]}` : row.sourcePrincipal
  return [`${String(count).padStart(3)}x`, row.from, row.to, String(row.status), row.upstreamPod ?? '(the fault)', peer]
}

const SLOW_MS = 500

function callLines(row: DemoRow, line: string, placeWidth: number, style: TableStyle): string {
  const notes = [...(row.attempts > 1 ? [`${row.attempts} attempts`] : []), ...(row.durationMs >= SLOW_MS ? [`took ${row.durationMs} ms`] : [])]
  const status = row.status >= 400 ? RED : GREEN
  const painted = paintStatus(line, String(row.status), style, status)
  const reasons = row.config.map((place) => {
    const shown = `      ${placeOf(place).padEnd(placeWidth)}  `
    return `${paint(style, DIM, shown)}${cut(style.lineOf(place.file, place.line), (style.columns ?? Infinity) - shown.length)}\n`
  })
  return `${painted}\n${reasons.join('')}${notes.length > 0 ? `      ${notes.join(', ')}\n` : ''}`
}

const placeOf = (place: ConfigLine): string => `${place.file}:${place.line}`

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3))}...`)

const BOLD = '1'
const DIM = '2'
const RED = '31'
const GREEN = '32'

const paint = ({ colour }: TableStyle, code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

/** Only the cell of the status: the first such text between blanks. */
const paintStatus = (line: string, status: string, style: TableStyle, code: string): string => line.replace(` ${status} `, ` ${paint(style, code, status)} `)
