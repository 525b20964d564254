/** A collection grouped by what a function says about each entry. */
import type { Change, Index } from './collection.ts'
import type { GraphCore, Node } from './graph-core.ts'
import type { Follower } from './keyed-node.ts'
import { Slots } from './slots.ts'

interface Bucket<T> {
  readonly entries: Map<string, T>
  /** Values in the order of their keys; made when read. */
  sorted: readonly T[] | undefined
}

/** Slot key of "which buckets are there"; no bucket name starts with a NUL. */
const NAMES = '\0names'

/** Buckets are changed entry by entry, so the cost of a change depends on its entry alone. */
export class IndexNode<T> implements Index<T>, Node, Follower<T> {
  readonly name: string
  readonly rank: number
  readonly #core: GraphCore
  readonly #bucketsOf: (value: T, key: string) => Iterable<string>
  readonly #buckets = new Map<string, Bucket<T>>()
  readonly #places = new Map<string, readonly string[]>()
  readonly #slots: Slots
  #pending: Change<T>[] = []
  #names: readonly string[] | undefined

  constructor(core: GraphCore, name: string, rank: number, bucketsOf: (value: T, key: string) => Iterable<string>) {
    this.#core = core
    this.name = name
    this.rank = rank
    this.#bucketsOf = bucketsOf
    this.#slots = new Slots(name)
  }

  lookup(bucket: string): readonly T[] {
    if (this.#core.isDeriving) this.#core.read(this, this.#slots.at(bucket))
    const found = this.#buckets.get(bucket)
    if (!found) return []
    return (found.sorted ??= Object.freeze([...found.entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)))
  }

  buckets(): readonly string[] {
    if (this.#core.isDeriving) this.#core.read(this, this.#slots.at(NAMES))
    return (this.#names ??= Object.freeze([...this.#buckets.keys()].sort()))
  }

  /** Things held: buckets, entries with their places, slots that are read. */
  get held(): number {
    return this.#buckets.size + this.#places.size + this.#slots.size + this.#pending.length
  }

  follow(changes: readonly Change<T>[]): void {
    if (changes.length === 0) return
    this.#pending.push(...changes)
    this.#core.mark(this)
  }

  settle(): void {
    const touched = new Set<string>()
    for (const change of this.#pending) this.#place(change, touched)
    this.#pending = []
    this.#slots.changed(touched)
  }

  emit(): void {}

  /** Most changes leave an entry where it is: its bucket is changed in place, and is not taken down and set up again. */
  #place(change: Change<T>, touched: Set<string>): void {
    const { key } = change
    const before = this.#places.get(key) ?? []
    const after = 'after' in change ? this.#core.guard(this.name, key, () => [...new Set(this.#bucketsOf(change.after as T, key))], []) : []
    for (const name of before) if (!after.includes(name)) this.#remove(name, key, touched)
    for (const name of after) this.#set(name, key, change.after as T, touched)
    if (after.length > 0) this.#places.set(key, after)
    else this.#places.delete(key)
  }

  #set(name: string, key: string, value: T, touched: Set<string>): void {
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      bucket = { entries: new Map(), sorted: undefined }
      this.#buckets.set(name, bucket)
      this.#namesChanged(touched)
    }
    bucket.entries.set(key, value)
    bucket.sorted = undefined
    touched.add(name)
  }

  #remove(name: string, key: string, touched: Set<string>): void {
    const bucket = this.#buckets.get(name)
    if (!bucket) return
    bucket.entries.delete(key)
    bucket.sorted = undefined
    touched.add(name)
    if (bucket.entries.size > 0) return
    this.#buckets.delete(name)
    this.#namesChanged(touched)
  }

  #namesChanged(touched: Set<string>): void {
    this.#names = undefined
    touched.add(NAMES)
  }
}
