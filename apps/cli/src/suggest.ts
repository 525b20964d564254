/** What somebody may have meant who wrote a name that is not there. */

/** More names than these help nobody. */
const SHOWN = 12
/** Letters that may be wrong: a third of the name. */
const TOLERANCE = 3

/** `Did you mean a? There are: a, b, c.`; of many names the nearest. */
export function listOfNames(wrong: string, known: readonly string[]): string {
  const distances = new Map(known.map((name) => [name, distanceOf(wrong, name)]))
  const byNearness = [...known].sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0))
  const [nearest] = byNearness
  const meant = nearest !== undefined && (distances.get(nearest) ?? 0) <= Math.max(1, Math.floor(wrong.length / TOLERANCE)) ? `Did you mean ${nearest}? ` : ''
  return known.length <= SHOWN ? `${meant}There are: ${known.join(', ')}.` : `${meant}There are: ${byNearness.slice(0, SHOWN).join(', ')}, and ${known.length - SHOWN} more.`
}

/** Edits between what was written and a name; its namespace need not have been written. */
const distanceOf = (wrong: string, name: string): number => Math.min(edits(wrong, name), edits(wrong, name.replace(/\.[^.]*$/, '')))

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}
