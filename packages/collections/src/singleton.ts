/** Collections of exactly one value. */
import type { Lookup, Singleton, SingletonSource, Source } from './collection.ts'

/** Key of the only entry. */
const ONLY = ''

/** A computed value; it is kept current from the first subscription on, before that it is computed when read. */
export const singletonOf = <T>(lookup: Lookup<T>): Singleton<T> => ({
  name: lookup.name,
  get: () => lookup.get(ONLY),
  subscribe: (observer) =>
    lookup.watch(ONLY, ({ before, after }) => {
      if (before !== undefined) observer({ before, after })
    }),
})

/** A value that others set. */
export function singletonSource<T>(source: Source<T>, initial: T): SingletonSource<T> {
  source.set(ONLY, initial)
  return {
    name: source.name,
    get: () => source.get(ONLY) ?? initial,
    set: (value) => source.set(ONLY, value),
    subscribe: (observer) =>
      source.watch(ONLY, ({ before, after }) => {
        if (before !== undefined && after !== undefined) observer({ before, after })
      }),
  }
}
