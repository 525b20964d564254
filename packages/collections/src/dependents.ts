/** The few cells that depend on something: mostly one, so a set is made only for more. */

/** A set (of cells) that costs next to nothing while it holds one. */
export class Dependents<T extends object> {
  #one: T | undefined
  #more: Set<T> | undefined

  get size(): number {
    return this.#more ? this.#more.size : this.#one ? 1 : 0
  }

  add(cell: T): void {
    if (this.#more) this.#more.add(cell)
    else if (this.#one === undefined) this.#one = cell
    else if (this.#one !== cell) {
      this.#more = new Set([this.#one, cell])
      this.#one = undefined
    }
  }

  /** True if it was there. */
  delete(cell: T): boolean {
    if (this.#more) return this.#more.delete(cell)
    if (this.#one !== cell) return false
    this.#one = undefined
    return true
  }

  /** Calls `action` for each, in the order in which they were added. */
  forEach(action: (cell: T) => void): void {
    if (this.#more) this.#more.forEach(action)
    else if (this.#one) action(this.#one)
  }
}
