/** Where the fields of a scanned head lie: five numbers per field, no strings. */

/** Numbers per field: line start (first), name length, value start, value end, mark. */
export const STRIDE = 5
export const NAME_LENGTH = 1
export const VALUE_START = 2
export const VALUE_END = 3
export const MARK = 4

/** Marks: an ordinary field; one that is not shown and not forwarded; the host field (shown as `:authority`). */
export const SHOWN = 0
export const DROPPED = 1
export const HOST = 2

/** The fields of one head. A connection reuses one per direction; `copy` is for heads that are kept. */
export class FieldTable {
  cells: Int32Array
  count = 0

  constructor(cells = new Int32Array(32 * STRIDE)) {
    this.cells = cells
  }

  add(line: number, nameLength: number, valueStart: number, valueEnd: number, mark: number): void {
    const at = this.count * STRIDE
    if (at === this.cells.length) this.grow()
    const { cells } = this
    cells[at] = line
    cells[at + NAME_LENGTH] = nameLength
    cells[at + VALUE_START] = valueStart
    cells[at + VALUE_END] = valueEnd
    cells[at + MARK] = mark
    this.count++
  }

  private grow(): void {
    const grown = new Int32Array(this.cells.length * 2)
    grown.set(this.cells)
    this.cells = grown
  }

  /** An own copy whose positions are moved by `shift`. */
  copy(shift: number): FieldTable {
    const table = new FieldTable(this.cells.slice(0, Math.max(1, this.count) * STRIDE))
    table.count = this.count
    for (let at = 0; at < table.count * STRIDE; at += STRIDE) {
      table.cells[at] = (table.cells[at] ?? 0) + shift
      table.cells[at + VALUE_START] = (table.cells[at + VALUE_START] ?? 0) + shift
      table.cells[at + VALUE_END] = (table.cells[at + VALUE_END] ?? 0) + shift
    }
    return table
  }
}
