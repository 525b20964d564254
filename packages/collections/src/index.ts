/** Derived state: a transactional graph of keyed collections with recorded dependencies. */
export type { Change, Collection, Index, Singleton, Source, Unsubscribe } from './collection.ts'
