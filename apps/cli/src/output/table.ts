/** Tables as Go's text/tabwriter makes them: columns padded to their longest cell plus blanks, nothing after the last cell. */

/** Formats a header and rows; `padding` blanks between columns (3 in most of istioctl's tables). */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[], padding = 3): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)) + padding)
  return all.map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))).join('')}\n`).join('')
}
