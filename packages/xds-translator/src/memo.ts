/** What was translated before, remembered by the identity of the model's objects, so that a change re-encodes only what it touched. */
import type { XdsBundle, XdsResource } from './resource.ts'

/** Values by an object and a text; forgotten with the object. */
export interface MemoTable<V> {
  get(key: object, context: string, make: () => V): V
}

/**
 * Remembers translations between views and over time. Make one per control plane; it holds nothing of the model alive, and of everything
 * only the last few: what is forgotten costs a translation more, never another result.
 */
export interface TranslationMemo {
  /** A table of its own for each purpose. */
  table<V>(purpose: string): MemoTable<V>
  /** The earlier bundle, if it holds the very same resources. */
  intern(bundle: XdsBundle): XdsBundle
  /**
   * Maps a list that rarely changes in more than one place: an element that is the same object as in the last list of that name keeps its
   * result without a look-up, and an unchanged list gives the very same result list. Remembers the last lists of 256 names.
   * @param map is told what stood at the place before
   */
  mapList<A extends object, B>(name: string, items: readonly A[], map: (item: A, before: { readonly item: A; readonly result: B } | undefined) => B): readonly B[]
  /** A small number for what an object says: equal content, equal number. Costs a serialisation once per object. */
  contentId(value: object | undefined): number
  /** A small number for an object itself; for big objects that keep their identity while nothing in them changes. */
  identityId(value: object | undefined): number
  /** How often something had to be made, by purpose: tests and benchmarks hold these counters. */
  readonly made: ReadonlyMap<string, number>
}

/** Classes of clients whose last lists are remembered; a class beyond that costs look-ups, not correctness. */
const MAX_LISTS = 256
/** Values of one object that are remembered: one per class of clients, and the contexts that go by when something changes. */
const MAX_CONTEXTS = 256
/** Contents whose number is remembered as text: an object keeps its number as long as it lives. */
const MAX_TEXTS = 256
/** Bundles that begin with the same resource: one per class of clients that has it. */
const MAX_BUNDLES = 64

/** An empty memo. */
export function translationMemo(): TranslationMemo {
  const tables = new Map<string, WeakMap<object, Map<string, unknown>>>()
  const made = new Map<string, number>()
  const bundles = new WeakMap<XdsResource, XdsBundle[]>()
  const contents = new WeakMap<object, number>()
  const texts = new Map<string, number>()
  const identities = new WeakMap<object, number>()
  let nextIdentity = 1
  let nextContent = 1
  const lists = new Map<string, { readonly items: readonly object[]; readonly results: readonly unknown[] }>()
  return {
    made,
    mapList<A extends object, B>(name: string, items: readonly A[], map: (item: A, before: { readonly item: A; readonly result: B } | undefined) => B): readonly B[] {
      const last = lists.get(name)
      // A name belongs to one kind of list only, as a purpose does.
      if (last?.items === items) return last.results as readonly B[]
      const results: B[] = new Array<B>(items.length)
      for (let i = 0; i < items.length; i++) {
        const item = items[i] as A
        if (last === undefined || i >= last.items.length) results[i] = map(item, undefined)
        else results[i] = last.items[i] === item ? (last.results[i] as B) : map(item, { item: last.items[i] as A, result: last.results[i] as B })
      }
      // Not taken out and put in again: a map that is rebuilt for that keeps all it ever held in old space, until the next full collection.
      setBounded(lists, name, { items, results }, MAX_LISTS)
      return results
    },
    contentId(value) {
      if (value === undefined) return 0
      const known = contents.get(value)
      if (known !== undefined) return known
      const text = JSON.stringify(value, (_, inner: unknown) => (inner instanceof Set ? [...inner].sort() : inner))
      const id = texts.get(text) ?? nextContent++
      texts.delete(text)
      setBounded(texts, text, id, MAX_TEXTS)
      contents.set(value, id)
      return id
    },
    identityId(value) {
      if (value === undefined) return 0
      const id = identities.get(value) ?? nextIdentity++
      identities.set(value, id)
      return id
    },
    table<V>(purpose: string): MemoTable<V> {
      const table = tables.get(purpose) ?? new WeakMap<object, Map<string, unknown>>()
      tables.set(purpose, table)
      return {
        get(key, context, make) {
          const values = table.get(key) ?? new Map<string, unknown>()
          table.set(key, values)
          if (!values.has(context)) {
            setBounded(values, context, make(), MAX_CONTEXTS)
            made.set(purpose, (made.get(purpose) ?? 0) + 1)
          }
          // What a purpose put in, it gets out: a table is made for one type of value only.
          return values.get(context) as V
        },
      }
    },
    intern(bundle) {
      const [first] = bundle.resources
      if (first === undefined) return bundle
      const known = bundles.get(first) ?? []
      const same = known.find((other) => other.typeUrl === bundle.typeUrl && other.key === bundle.key && sameItems(other.resources, bundle.resources))
      if (same !== undefined) return same
      bundles.set(first, [...known.slice(-(MAX_BUNDLES - 1)), bundle])
      return bundle
    },
  }
}

/** Adds an entry and forgets the oldest beyond `most`. */
function setBounded<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value)
  if (map.size <= most) return
  for (const oldest of map.keys()) return void map.delete(oldest)
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((item, index) => item === b[index])
