/** Values computed for the keys that somebody asks for. */
import { changed, NEVER, NO_CAUSES, type Cell, type Slot } from './cell.ts'
import { Dependents } from './dependents.ts'
import type { Lookup, Unsubscribe } from './collection.ts'
import type { Reconcile } from './equality.ts'
import type { GraphCore, Node, Outcome } from './graph-core.ts'

type Observer<T> = (change: { readonly key: string; readonly before?: T; readonly after: T }) => void

/** What a node does for its cells. */
interface CellOwner<T> {
  touched(cell: LookupCell<T>): void
  orphaned(key: string): void
}

/** The value of one key: what reads, and what is read. One object and no closures, because a large mesh has a million. */
class LookupCell<T> implements Cell, Slot {
  readonly node: string
  readonly key: string
  readonly rank: number
  readonly dependents = new Dependents<Cell>()
  outcome: Outcome<T> | undefined
  reads: readonly Slot[] = NO_READS
  causes = NO_CAUSES
  run = NEVER
  readBy = 0
  isDirty = false
  readonly owner: CellOwner<T>

  constructor(node: string, key: string, rank: number, owner: CellOwner<T>) {
    this.node = node
    this.key = key
    this.rank = rank
    this.owner = owner
  }

  touch(): void {
    this.owner.touched(this)
  }

  release(): void {
    this.owner.orphaned(this.key)
  }
}

const NO_READS: readonly Slot[] = []

/** One cell per asked key; kept current only while watched or read by others. */
export class LookupNode<T> implements Lookup<T>, Node {
  readonly name: string
  readonly rank: number
  readonly #core: GraphCore
  readonly #reconcile: Reconcile<T>
  readonly #work: (key: string) => T
  readonly #cells = new Map<string, LookupCell<T>>()
  readonly #owner: CellOwner<T> = {
    touched: (cell) => {
      if (cell.isDirty) return
      cell.isDirty = true
      this.#dirty.push(cell)
      this.#core.mark(this)
    },
    orphaned: (key) => this.#orphaned(key),
  }
  readonly #watchers = new Map<string, Set<Observer<T>>>()
  #dirty: LookupCell<T>[] = []
  readonly #orphans = new Set<string>()
  #changes: { readonly key: string; readonly before?: T; readonly after: T }[] = []

  constructor(core: GraphCore, name: string, rank: number, reconcile: Reconcile<T>, work: (key: string) => T) {
    this.#core = core
    this.name = name
    this.rank = rank
    this.#reconcile = reconcile
    this.#work = work
  }

  get size(): number {
    return this.#cells.size
  }

  /** Things held: values, keys that are watched, marks. */
  get held(): number {
    return this.#cells.size + this.#watchers.size + this.#dirty.length + this.#orphans.size + this.#changes.length
  }

  get(key: string): T {
    const cell = this.#expected(key) ?? this.#cells.get(key) ?? this.#newCell(key)
    this.#core.read(this, cell)
    cell.outcome ??= this.#core.compute(cell, () => this.#work(key))
    if (!cell.outcome.ok) throw cell.outcome.error
    return cell.outcome.value
  }

  /** The cell, if it is what the reader read at this point the last time: a comparison in place of a look-up among a million keys. */
  #expected(key: string): LookupCell<T> | undefined {
    const slot = this.#core.expected
    return slot?.key === key && this.#owns(slot) ? slot : undefined
  }

  #owns(slot: Slot): slot is LookupCell<T> {
    return slot instanceof LookupCell && slot.owner === this.#owner
  }

  watch(key: string, observer: Observer<T>): Unsubscribe {
    const own: Observer<T> = (change) => observer(change)
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(own))
    const cell = this.#cells.get(key) ?? this.#newCell(key)
    cell.outcome ??= this.#core.compute(cell, () => this.#work(key))
    return () => {
      watchers.delete(own)
      if (watchers.size > 0 || this.#watchers.get(key) !== watchers) return
      this.#watchers.delete(key)
      this.#orphaned(key)
    }
  }

  settle(): void {
    const dirty = this.#dirty
    this.#dirty = []
    const refreshed: LookupCell<T>[] = []
    for (const cell of dirty) {
      cell.isDirty = false
      if (this.#refresh(cell)) refreshed.push(cell)
    }
    for (const cell of refreshed) changed(cell)
  }

  emit(): void {
    const changes = this.#changes
    this.#changes = []
    for (const change of changes)
      for (const watcher of [...(this.#watchers.get(change.key) ?? [])]) this.#core.notify(this.name, () => watcher(change))
  }

  sweep(): void {
    for (const key of this.#orphans) {
      const cell = this.#cells.get(key)
      if (cell && !this.#isNeeded(cell)) this.#drop(cell)
    }
    this.#orphans.clear()
  }

  /** The last computation for a key. @internal */
  cell(key: string): Cell | undefined {
    return this.#cells.get(key)
  }

  /** Recomputes a cell; true if its readers must know. */
  #refresh(cell: LookupCell<T>): boolean {
    if (!this.#isNeeded(cell)) {
      this.#drop(cell)
      return false
    }
    const before = cell.outcome
    const outcome = this.#core.compute(cell, () => this.#work(cell.key))
    // A failure keeps the last good value; without one the failure itself is the outcome.
    if (!outcome.ok && before?.ok) return false
    if (!outcome.ok) {
      cell.outcome = outcome
      return true
    }
    const after = before?.ok ? this.#reconcile(before.value, outcome.value) : outcome.value
    if (before?.ok && after === before.value) return false
    cell.outcome = { ok: true, value: after }
    if (this.#watchers.has(cell.key)) {
      this.#changes.push({ key: cell.key, ...(before?.ok ? { before: before.value } : {}), after })
      this.#core.touch(this)
    }
    return true
  }

  #newCell(key: string): LookupCell<T> {
    const cell = new LookupCell<T>(this.name, key, this.rank, this.#owner)
    this.#cells.set(key, cell)
    return cell
  }

  #isNeeded({ key, dependents }: LookupCell<T>): boolean {
    return dependents.size > 0 || this.#watchers.has(key)
  }

  #orphaned(key: string): void {
    this.#orphans.add(key)
    this.#core.sweepLater(this)
  }

  #drop(cell: LookupCell<T>): void {
    this.#cells.delete(cell.key)
    this.#core.drop(cell)
  }
}
