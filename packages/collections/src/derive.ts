/** A collection computed from each entry of another one. */
import { NEVER, NO_CAUSES, noteCause, type Cell } from './cell.ts'
import type { Change } from './collection.ts'
import type { Reconcile } from './equality.ts'
import type { GraphCore } from './graph-core.ts'
import { KeyedNode, type Follower } from './keyed-node.ts'

/** Makes the entries that come from one input entry. */
export type Expand<A, B> = (value: A, key: string) => Iterable<readonly [string, B]>

interface InputCell<A, B> extends Cell {
  value: A
  outputs: ReadonlyMap<string, B>
}

/** One cell per input entry; where two inputs make the same key, the one with the lower input key wins, whatever came first. */
export class DeriveNode<A, B> extends KeyedNode<B> implements Follower<A> {
  readonly #input: string
  readonly #expand: Expand<A, B>
  readonly #cells = new Map<string, InputCell<A, B>>()
  readonly #claims = new Map<string, readonly string[]>()
  #dirty = new Set<InputCell<A, B>>()
  #gone = new Set<InputCell<A, B>>()

  constructor(core: GraphCore, name: string, rank: number, reconcile: Reconcile<B>, input: string, expand: Expand<A, B>) {
    super(core, name, rank, reconcile)
    this.#input = input
    this.#expand = expand
  }

  follow(changes: readonly Change<A>[]): void {
    for (const change of changes) {
      const cell = this.#cells.get(change.key)
      if (!('after' in change)) {
        if (!cell) continue
        this.#cells.delete(change.key)
        this.#dirty.delete(cell)
        // At once: what it read may change later in this transaction and must not wake it.
        this.core.drop(cell)
        this.#gone.add(cell)
      } else if (cell) {
        cell.value = change.after as A
        noteCause(cell, { node: this.#input, key: change.key })
        this.#dirty.add(cell)
      } else {
        this.#dirty.add(this.#newCell(change.key, change.after as A))
      }
    }
    if (changes.length > 0) this.core.mark(this)
  }

  override get held(): number {
    return super.held + this.#cells.size + this.#claims.size + this.#dirty.size + this.#gone.size
  }

  /** The last computation for an input key. @internal */
  cell(key: string): Cell | undefined {
    return this.#cells.get(key)
  }

  /** The input keys that an output key came from. @internal */
  inputsOf(output: string): readonly string[] {
    return this.#claims.get(output) ?? []
  }

  protected recompute(): void {
    const outputs = new Set<string>()
    for (const cell of this.#gone) this.#claim(cell, new Map(), outputs)
    for (const cell of this.#dirty) {
      const outcome = this.core.compute(cell, () => new Map(this.#expand(cell.value, cell.key)))
      if (outcome.ok) this.#claim(cell, outcome.value, outputs)
    }
    // New ones, not cleared ones: a set that is cleared leaves its table behind with a pointer to the next, and once one such table is in old space
    // the engine moves all that follow there too, until a full collection.
    this.#gone = new Set()
    this.#dirty = new Set()
    for (const key of outputs) this.put(key, this.#winner(key))
  }

  #newCell(key: string, value: A): InputCell<A, B> {
    const cell: InputCell<A, B> = {
      node: this.name, key, rank: this.rank, value, outputs: new Map(), reads: [], causes: NO_CAUSES, run: NEVER,
      touch: () => {
        this.#dirty.add(cell)
        this.core.mark(this)
      },
    }
    this.#cells.set(key, cell)
    return cell
  }

  #claim(cell: InputCell<A, B>, next: ReadonlyMap<string, B>, outputs: Set<string>): void {
    for (const key of cell.outputs.keys()) {
      outputs.add(key)
      if (next.has(key)) continue
      const left = (this.#claims.get(key) ?? []).filter((input) => input !== cell.key)
      if (left.length > 0) this.#claims.set(key, left)
      else this.#claims.delete(key)
    }
    for (const key of next.keys()) {
      outputs.add(key)
      const claims = this.#claims.get(key) ?? []
      if (!claims.includes(cell.key)) this.#claims.set(key, [...claims, cell.key].sort())
    }
    cell.outputs = next
  }

  #winner(key: string): B | undefined {
    const input = this.#claims.get(key)?.[0]
    return input === undefined ? undefined : this.#cells.get(input)?.outputs.get(key)
  }
}
