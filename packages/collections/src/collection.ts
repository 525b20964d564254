/** What derived state looks like from the outside: keyed sets of immutable values that settle before anyone sees them. */

/** Stops a subscription; calling it twice does nothing. */
export type Unsubscribe = () => void

/** One entry that differs after a transaction. `before` is absent for a new entry, `after` for a removed one. */
export interface Change<T> {
  readonly key: string
  readonly before?: T
  readonly after?: T
}

/** A keyed set of immutable values. Reads always see the state after the last whole transaction. */
export interface Collection<T> {
  /** Unique in its graph; shows up in traces and counters. */
  readonly name: string
  get(key: string): T | undefined
  /** Keys in ascending order (by UTF-16 code units). */
  keys(): readonly string[]
  /** Values in the order of their keys. */
  values(): readonly T[]
  readonly size: number
  /** Calls `observer` once per transaction that changed entries, after everything has settled. */
  subscribe(observer: (changes: readonly Change<T>[]) => void): Unsubscribe
  /** Like {@link Collection.subscribe}, for one key; costs nothing when other keys change. */
  watch(key: string, observer: (change: Change<T>) => void): Unsubscribe
}

/** A collection that others fill. Outside `graph.update` each call is a transaction of its own. */
export interface Source<T> extends Collection<T> {
  set(key: string, value: T): void
  delete(key: string): void
  /** Makes the collection equal to `entries`: sets what differs, removes what is missing. */
  replace(entries: Iterable<readonly [string, T]>): void
}

/** A collection with exactly one value. */
export interface Singleton<T> {
  readonly name: string
  get(): T
  subscribe(observer: (change: { readonly before: T; readonly after: T }) => void): Unsubscribe
}

/** A singleton that others fill. */
export interface SingletonSource<T> extends Singleton<T> {
  set(value: T): void
}

/**
 * Values computed for keys that somebody asks for. A value is kept current while it is watched or read by another derivation;
 * otherwise it is forgotten when something it read changes.
 */
export interface Lookup<T> {
  readonly name: string
  /** @throws MeshError MESH0091 if it cannot be computed and there is no last good value. */
  get(key: string): T
  /** Keeps the value of `key` current and reports its changes, one per transaction at most. */
  watch(key: string, observer: (change: { readonly key: string; readonly before?: T; readonly after: T }) => void): Unsubscribe
  /** Number of values held. */
  readonly size: number
}

/** Values of a collection grouped by what a function says about each; an entry may stand in several buckets. */
export interface Index<T> {
  readonly name: string
  /** Values of a bucket in the order of their keys; empty when there are none. */
  lookup(bucket: string): readonly T[]
  /** Names of the non-empty buckets, ascending. Whoever reads it depends on which buckets there are, not on their content. */
  buckets(): readonly string[]
}
