/** Tables as Go's text/tabwriter makes them: columns padded to their longest cell plus blanks, nothing after the last cell. */

/** Formats a header and rows; `padding` blanks between columns (3 in `local`, 5 in most of istioctl's tables, 1 in listeners). */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[], padding = 3): string {
  return formatRows([header, ...rows], padding)
}

/** Rows alone. */
export function formatRows(rows: readonly (readonly string[])[], padding: number): string {
  const widths: number[] = []
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, lengthOf(cell) + padding)
  const line = (row: readonly string[]): string => row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)))).join('')
  return rows.map((row) => `${line(row)}\n`).join('')
}

/** Characters, not UTF-16 units. */
const lengthOf = (cell: string): number => [...cell].length
