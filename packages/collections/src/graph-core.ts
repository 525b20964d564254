/** The transaction machine that all nodes of a graph share. */
import type { MeshError } from '@istio-ts/foundation'
import { forget, NEVER, NO_CAUSES, type Cell, type Slot } from './cell.ts'
import { derivationFailed, observerFailed, readAgainstOrder } from './errors.ts'
import { RankQueue } from './rank-queue.ts'

/** A node as the machine sees it. */
export interface Node {
  readonly name: string
  readonly rank: number
  /** How many things it holds, in whatever maps: what was added and taken away again must leave it as it was. */
  readonly held: number
  /** Brings the node up to date; all nodes of lower rank are. Called at most once per transaction. */
  settle(): void
  /** Tells observers of the settled transaction; called once, after everything settled. */
  emit(): void
  /** Drops what nobody needs any more; called at the end of a transaction if the node asked for it. */
  sweep?(): void
}

/** A derivation that failed and has not recovered. */
export interface Failure {
  readonly node: string
  readonly key: string
  readonly error: MeshError
}

/** What the graph has done so far; for tests and metrics. */
export interface GraphCounters {
  readonly transactions: number
  /** Computations in all, and by node. */
  readonly computed: number
  readonly computedByNode: ReadonlyMap<string, number>
  /** Calls of observers. */
  readonly notified: number
}

/** Outcome of a computation. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: MeshError }

/** A computation that runs. Most read what they read before, in the same order: then nothing has to be recorded anew. */
interface Reading {
  readonly cell: Cell
  readonly number: number
  /** How many of the cell's earlier reads were repeated so far. */
  same: number
  /** All reads, once they differ from the earlier ones. */
  reads: Slot[] | undefined
}

/** State shared by the nodes of one graph. */
export class GraphCore {
  readonly #queue = new RankQueue<Node>()
  #touched = new Set<Node>()
  #toSweep = new Set<Node>()
  readonly #failures = new Map<string, Failure>()
  readonly #computedByNode = new Map<string, number>()
  readonly #onError: (error: MeshError) => void
  #reading: Reading | undefined
  #depth = 0
  #running = false
  #computed = 0
  #notified = 0
  /** Number of the transaction that runs or ran last. */
  transaction = 0

  constructor(onError: (error: MeshError) => void) {
    this.#onError = onError
  }

  get counters(): GraphCounters {
    return { transactions: this.transaction, computed: this.#computed, computedByNode: new Map(this.#computedByNode), notified: this.#notified }
  }

  get failures(): readonly Failure[] {
    return [...this.#failures.values()]
  }

  /** True while a derivation runs. */
  get isDeriving(): boolean {
    return this.#reading !== undefined
  }

  /** Asks for a node to be settled in this transaction. */
  mark(node: Node): void {
    this.#queue.add(node)
  }

  /** Asks for observers of a node to be told at the end of this transaction. */
  touch(node: Node): void {
    this.#touched.add(node)
  }

  /** Asks for a node to be swept at the end of this transaction, or at the next if none runs. */
  sweepLater(node: Node): void {
    this.#toSweep.add(node)
  }

  /** What the running derivation read next the last time; undefined outside of derivations, and once it reads other things than then. */
  get expected(): Slot | undefined {
    const reading = this.#reading
    return reading && !reading.reads ? reading.cell.reads[reading.same] : undefined
  }

  /** Records that the running derivation depends on a slot; does nothing outside of derivations. @throws MeshError MESH0092 */
  read(node: Node, slot: Slot): void {
    const reading = this.#reading
    if (!reading) return
    const { cell } = reading
    if (node.rank >= cell.rank) throw readAgainstOrder(cell.node, node.name)
    if (slot.readBy === reading.number) return
    slot.readBy = reading.number
    if (!reading.reads && cell.reads[reading.same] === slot) {
      reading.same++
      return
    }
    reading.reads ??= cell.reads.slice(0, reading.same)
    reading.reads.push(slot)
    slot.dependents.add(cell)
  }

  /** Runs a computation for a cell, replaces its recorded reads, and isolates its errors. */
  compute<T>(cell: Cell, work: () => T): Outcome<T> {
    const outer = this.#reading
    const reading: Reading = { cell, number: ++this.#computed, same: 0, reads: undefined }
    cell.run = this.#running || cell.causes.length > 0 ? { transaction: this.#running ? this.transaction : 0, causes: cell.causes } : NEVER
    cell.causes = NO_CAUSES
    this.#reading = reading
    this.#computedByNode.set(cell.node, (this.#computedByNode.get(cell.node) ?? 0) + 1)
    try {
      const value = work()
      this.#recovered(cell)
      return { ok: true, value }
    } catch (cause) {
      const error = derivationFailed(cell.node, cell.key, cause)
      this.#failures.set(`${cell.node}\n${cell.key}`, { node: cell.node, key: cell.key, error })
      this.#onError(error)
      return { ok: false, error }
    } finally {
      this.#reading = outer
      const before = cell.reads
      if (reading.reads || reading.same < before.length) {
        cell.reads = reading.reads ?? before.slice(0, reading.same)
        forget(cell, before.slice(reading.same), new Set(cell.reads))
      }
    }
  }

  /** Ends a cell: it depends on nothing any more. */
  drop(cell: Cell): void {
    forget(cell, cell.reads)
    cell.reads = []
    this.#recovered(cell)
  }

  /** Forgets the failure of a cell. There are next to none, and the text that would be looked up is long. */
  #recovered(cell: Cell): void {
    if (this.#failures.size > 0) this.#failures.delete(`${cell.node}\n${cell.key}`)
  }

  /** Runs a pure function of one entry; a failure is reported and yields `otherwise`. */
  guard<T>(node: string, key: string, work: () => T, otherwise: T): T {
    try {
      return work()
    } catch (cause) {
      this.#onError(derivationFailed(node, key, cause))
      return otherwise
    }
  }

  /** Runs `change` (which marks nodes) and, at the end of the outermost call, the transaction. */
  update<T>(change: () => T): T {
    this.#depth++
    try {
      return change()
    } finally {
      if (--this.#depth === 0 && !this.#running) this.#commit()
    }
  }

  #commit(): void {
    this.#running = true
    try {
      // An observer may change sources: that is the next transaction, after all have seen this one.
      for (let node = this.#queue.take(); node; node = this.#queue.take()) {
        this.transaction++
        for (let next: Node | undefined = node; next; next = this.#queue.take()) next.settle()
        this.#sweep()
        this.#emit()
      }
    } finally {
      this.#running = false
    }
  }

  #emit(): void {
    const touched = [...this.#touched].sort((a, b) => a.rank - b.rank)
    this.#touched = new Set()
    for (const node of touched) node.emit()
  }

  /** Calls an observer and isolates its errors. */
  notify(node: string, call: () => void): void {
    this.#notified++
    try {
      call()
    } catch (cause) {
      this.#onError(observerFailed(node, cause))
    }
  }

  #sweep(): void {
    // Highest rank first: dropping a reader may leave what it read without readers.
    for (let nodes = this.#takeSweeps(); nodes.length > 0; nodes = this.#takeSweeps()) for (const node of nodes) node.sweep?.()
  }

  #takeSweeps(): readonly Node[] {
    const nodes = [...this.#toSweep].sort((a, b) => b.rank - a.rank)
    this.#toSweep = new Set()
    return nodes
  }
}
