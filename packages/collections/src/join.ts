/** The union of several collections. */
import type { Change } from './collection.ts'
import type { Reconcile } from './equality.ts'
import type { GraphCore } from './graph-core.ts'
import { KeyedNode } from './keyed-node.ts'

/** Entries of all inputs; where several have a key, the first input wins. */
export class JoinNode<T> extends KeyedNode<T> {
  readonly #inputs: readonly Map<string, T>[]
  #dirty = new Set<string>()

  constructor(core: GraphCore, name: string, rank: number, reconcile: Reconcile<T>, inputs: readonly KeyedNode<T>[]) {
    super(core, name, rank, reconcile)
    this.#inputs = inputs.map(() => new Map<string, T>())
    inputs.forEach((input, i) => input.addFollower({ follow: (changes) => this.#follow(i, changes) }))
  }

  override get held(): number {
    return this.#inputs.reduce((sum, copy) => sum + copy.size, super.held + this.#dirty.size)
  }

  protected recompute(): void {
    for (const key of this.#dirty) this.put(key, this.#inputs.find((input) => input.has(key))?.get(key))
    this.#dirty = new Set()
  }

  #follow(at: number, changes: readonly Change<T>[]): void {
    const copy = this.#inputs[at]
    for (const change of changes) {
      if ('after' in change) copy?.set(change.key, change.after as T)
      else copy?.delete(change.key)
      this.#dirty.add(change.key)
    }
    if (changes.length > 0) this.core.mark(this)
  }
}
