/** What sources, derivations and joins share: entries, ordered reads, observers, followers. */
import type { Change, Collection, Unsubscribe } from './collection.ts'
import type { Reconcile } from './equality.ts'
import type { GraphCore, Node } from './graph-core.ts'
import { Slots } from './slots.ts'

/** A node that processes each changed entry of another node. */
export interface Follower<T> {
  follow(changes: readonly Change<T>[]): void
}

/** A node that is a collection. Subclasses say how to settle, and report entries by `put`. */
export abstract class KeyedNode<T> implements Collection<T>, Node {
  readonly name: string
  readonly rank: number
  protected readonly core: GraphCore
  readonly #reconcile: Reconcile<T>
  readonly #entries = new Map<string, T>()
  readonly #slots: Slots
  readonly #followers: Follower<T>[] = []
  readonly #observers = new Set<(changes: readonly Change<T>[]) => void>()
  readonly #watchers = new Map<string, Set<(change: Change<T>) => void>>()
  #changes = new Map<string, Change<T>>()
  #keys: readonly string[] | undefined
  #values: readonly T[] | undefined

  constructor(core: GraphCore, name: string, rank: number, reconcile: Reconcile<T>) {
    this.core = core
    this.name = name
    this.rank = rank
    this.#reconcile = reconcile
    this.#slots = new Slots(name)
  }

  /** Finds the changes of this transaction and reports each by {@link put}. */
  protected abstract recompute(): void

  get(key: string): T | undefined {
    if (this.core.isDeriving) this.core.read(this, this.#slots.at(key))
    return this.#entries.get(key)
  }

  keys(): readonly string[] {
    if (this.core.isDeriving) this.core.read(this, this.#slots.whole())
    return this.#sortedKeys()
  }

  values(): readonly T[] {
    if (this.core.isDeriving) this.core.read(this, this.#slots.whole())
    return (this.#values ??= Object.freeze(this.#sortedKeys().map((key) => this.#entries.get(key) as T)))
  }

  get size(): number {
    if (this.core.isDeriving) this.core.read(this, this.#slots.whole())
    return this.#entries.size
  }

  /** Things held: entries, slots that are read, keys that are watched, observers. */
  get held(): number {
    return this.#entries.size + this.#slots.size + this.#watchers.size + this.#observers.size + this.#changes.size
  }

  subscribe(observer: (changes: readonly Change<T>[]) => void): Unsubscribe {
    const own = (changes: readonly Change<T>[]): void => observer(changes)
    this.#observers.add(own)
    return () => void this.#observers.delete(own)
  }

  watch(key: string, observer: (change: Change<T>) => void): Unsubscribe {
    const own = (change: Change<T>): void => observer(change)
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(own))
    return () => {
      watchers.delete(own)
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key)
    }
  }

  /** Makes `follower` see each change of an entry in the transaction in which it happens. @internal */
  addFollower(follower: Follower<T>): void {
    this.#followers.push(follower)
    follower.follow([...this.#entries].map(([key, after]) => ({ key, after })))
  }

  settle(): void {
    this.recompute()
    if (this.#changes.size === 0) return
    const changes = [...this.#changes.values()]
    this.#values = undefined
    if (changes.some((change) => !('before' in change) || !('after' in change))) this.#keys = undefined
    for (const follower of this.#followers) follower.follow(changes)
    this.#slots.changed(this.#changes.keys())
    if (this.#observers.size > 0 || this.#watchers.size > 0) this.core.touch(this)
    else this.#changes = new Map()
  }

  emit(): void {
    const changes = [...this.#changes.values()]
    this.#changes = new Map()
    for (const observer of [...this.#observers]) this.core.notify(this.name, () => observer(changes))
    for (const change of changes)
      for (const watcher of [...(this.#watchers.get(change.key) ?? [])]) this.core.notify(this.name, () => watcher(change))
  }

  /** Sets or (undefined) removes an entry. An equal value replaces the stored one only if `keepNewest`, and is no change. */
  protected put(key: string, after: T | undefined, keepNewest = false): void {
    const had = this.#entries.has(key)
    const before = this.#entries.get(key)
    if (after === undefined) {
      if (!had) return
      this.#entries.delete(key)
      this.#changes.set(key, { key, before: before as T })
      return
    }
    const stored = had ? this.#reconcile(before as T, after) : after
    if (had && stored === before) {
      if (keepNewest) {
        this.#entries.set(key, after)
        this.#values = undefined
      }
      return
    }
    this.#entries.set(key, stored)
    this.#changes.set(key, had ? { key, before: before as T, after: stored } : { key, after: stored })
  }

  /** Keys without recording a read. */
  protected peekKeys(): Iterable<string> {
    return this.#entries.keys()
  }

  #sortedKeys(): readonly string[] {
    return (this.#keys ??= Object.freeze([...this.#entries.keys()].sort()))
  }
}
