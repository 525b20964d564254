/** The readable things of one node that somebody depends on. */
import { changed, type Cell, type Slot } from './cell.ts'
import { Dependents } from './dependents.ts'

/** Slots by key, and one for the whole; made on first read and dropped when nobody reads them any more. */
export class Slots {
  readonly #node: string
  readonly #byKey = new Map<string, Slot>()
  #whole: Slot | undefined

  constructor(node: string) {
    this.#node = node
  }

  /** Slots that somebody depends on. */
  get size(): number {
    return this.#byKey.size + (this.#whole ? 1 : 0)
  }

  /** The slot of one key. */
  at(key: string): Slot {
    let slot = this.#byKey.get(key)
    if (!slot) {
      slot = { node: this.#node, key, dependents: new Dependents<Cell>(), release: () => void this.#byKey.delete(key), readBy: 0 }
      this.#byKey.set(key, slot)
    }
    return slot
  }

  /** The slot of everything. */
  whole(): Slot {
    return (this.#whole ??= { node: this.#node, key: undefined, dependents: new Dependents<Cell>(), release: () => (this.#whole = undefined), readBy: 0 })
  }

  /** Tells dependents of the given keys, and those of the whole. */
  changed(keys: Iterable<string>): void {
    let any = false
    for (const key of keys) {
      any = true
      changed(this.#byKey.get(key))
    }
    if (any) changed(this.#whole)
  }
}
