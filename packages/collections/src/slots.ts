/** The readable things of one node that somebody depends on. */
import { changed, type Slot } from './cell.ts'

/** Slots by key, and one for the whole; made on first read and dropped when nobody reads them any more. */
export class Slots {
  readonly #node: string
  readonly #onRelease: ((key: string) => void) | undefined
  readonly #byKey = new Map<string, Slot>()
  #whole: Slot | undefined

  constructor(node: string, onRelease?: (key: string) => void) {
    this.#node = node
    this.#onRelease = onRelease
  }

  /** The slot of one key. */
  at(key: string): Slot {
    let slot = this.#byKey.get(key)
    if (!slot) {
      slot = { node: this.#node, key, dependents: new Set(), release: () => this.#released(key) }
      this.#byKey.set(key, slot)
    }
    return slot
  }

  /** The slot of everything. */
  whole(): Slot {
    return (this.#whole ??= { node: this.#node, key: undefined, dependents: new Set(), release: () => (this.#whole = undefined) })
  }

  /** True if some cell depends on the key itself. */
  isRead(key: string): boolean {
    return this.#byKey.has(key)
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

  #released(key: string): void {
    this.#byKey.delete(key)
    this.#onRelease?.(key)
  }
}
