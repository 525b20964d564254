/** A collection that the outside world fills. */
import type { Source } from './collection.ts'
import { reconcileBy, type Equality } from './equality.ts'
import { changedWhileDeriving } from './errors.ts'
import type { GraphCore } from './graph-core.ts'
import { KeyedNode } from './keyed-node.ts'

/** Buffers changes until the transaction ends, so that nobody sees half of them. */
export class SourceNode<T> extends KeyedNode<T> implements Source<T> {
  #pending = new Map<string, T | undefined>()

  constructor(core: GraphCore, name: string, rank: number, equal: Equality<T>) {
    super(core, name, rank, reconcileBy(equal))
  }

  set(key: string, value: T): void {
    this.#change(() => this.#pending.set(key, value))
  }

  delete(key: string): void {
    this.#change(() => this.#pending.set(key, undefined))
  }

  replace(entries: Iterable<readonly [string, T]>): void {
    this.#change(() => {
      const next = new Map<string, T | undefined>(entries)
      for (const key of this.peekKeys()) if (!next.has(key)) next.set(key, undefined)
      // What was pending before is overruled, also for keys that never made it in.
      this.#pending = next
    })
  }

  protected recompute(): void {
    const pending = this.#pending
    this.#pending = new Map()
    // The newest object is kept even when it says the same, because what equality leaves out (a file position) may have moved.
    for (const [key, value] of pending) this.put(key, value, true)
  }

  #change(apply: () => void): void {
    if (this.core.isDeriving) throw changedWhileDeriving(this.name)
    this.core.update(() => {
      apply()
      this.core.mark(this)
    })
  }
}
