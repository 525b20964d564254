/** Two texts as a unified diff. @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html */

/** A step from one text to the other. */
interface Step {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
}

/** How to show a difference. */
export interface DiffOptions {
  readonly from: string
  readonly to: string
  /** Equal lines around each change. */
  readonly context: number
}

/** The diff, `''` if the texts are equal. */
export function unifiedDiff(before: readonly string[], after: readonly string[], { from, to, context }: DiffOptions): string {
  const steps = stepsBetween(before, after)
  const hunks = hunksOf(steps, context)
  if (hunks.length === 0) return ''
  const lines = [`--- ${from}`, `+++ ${to}`]
  for (const [start, end] of hunks) lines.push(hunkHead(steps, start, end), ...steps.slice(start, end).map(({ sign, line }) => sign + line))
  return `${lines.join('\n')}\n`
}

/** Ranges of steps that hold a change and its surroundings. */
function hunksOf(steps: readonly Step[], context: number): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = []
  for (const [i, { sign }] of steps.entries()) {
    if (sign === ' ') continue
    const [start, end] = [Math.max(0, i - context), Math.min(steps.length, i + context + 1)]
    const last = hunks.at(-1)
    if (last && start <= last[1]) last[1] = end
    else hunks.push([start, end])
  }
  return hunks
}

function hunkHead(steps: readonly Step[], start: number, end: number): string {
  const count = (sign: '-' | '+', until: number, since = 0): number => steps.slice(since, until).filter((step) => step.sign === ' ' || step.sign === sign).length
  const range = (sign: '-' | '+'): string => {
    const length = count(sign, end, start)
    const first = count(sign, start) + (length > 0 ? 1 : 0)
    return length === 1 ? String(first) : `${first},${length}`
  }
  return `@@ -${range('-')} +${range('+')} @@`
}

/** Myers' greedy algorithm on what is left between the equal ends; beyond a bound of work the middle is replaced as a whole. */
function stepsBetween(before: readonly string[], after: readonly string[]): readonly Step[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const same = (lines: readonly string[]): readonly Step[] => lines.map((line) => ({ sign: ' ', line }))
  return [...same(before.slice(0, head)), ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)), ...same(before.slice(before.length - tail))]
}

/** Edits that are searched for; more would say nothing to a reader. */
const MAX_EDITS = 2000

function middle(before: readonly string[], after: readonly string[]): readonly Step[] {
  const trace: Map<number, number>[] = []
  const reach = new Map<number, number>([[1, 0]])
  for (let edits = 0; edits <= Math.min(before.length + after.length, MAX_EDITS); edits++) {
    trace.push(new Map(reach))
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? 0) < (reach.get(k + 1) ?? 0))
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++
      reach.set(k, x)
      if (x >= before.length && x - k >= after.length) return walkBack(trace, before, after)
    }
  }
  return [...before.map((line): Step => ({ sign: '-', line })), ...after.map((line): Step => ({ sign: '+', line }))]
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], before: readonly string[], after: readonly string[]): readonly Step[] {
  const steps: Step[] = []
  let [x, y] = [before.length, after.length]
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits]
    const k = x - y
    const down = k === -edits || (k !== edits && (reach?.get(k - 1) ?? 0) < (reach?.get(k + 1) ?? 0))
    const beforeK = down ? k + 1 : k - 1
    const fromX = reach?.get(beforeK) ?? 0
    const fromY = fromX - beforeK
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x--
      y--
      steps.push({ sign: ' ', line: before[x] ?? '' })
    }
    if (edits === 0) break
    if (down) steps.push({ sign: '+', line: after[--y] ?? '' })
    else steps.push({ sign: '-', line: before[--x] ?? '' })
  }
  return steps.reverse()
}
