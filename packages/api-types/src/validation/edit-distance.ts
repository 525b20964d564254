/** How much two names differ, to guess which one was meant. */

/** Insertions, removals, replacements and swaps of neighbours (optimal string alignment) that make one text of the other; names are short. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost, isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Infinity))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
