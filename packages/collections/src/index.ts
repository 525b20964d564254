/** Derived state: a transactional graph of keyed collections with recorded dependencies. */
export type { Change, Collection, Index, Lookup, Singleton, SingletonSource, Source, Unsubscribe } from './collection.ts'
export { equalApartFrom, structurallyEqual, type Equality } from './equality.ts'
export type { Failure, GraphCounters } from './graph-core.ts'
export { createGraph, Graph, type GraphOptions, type NodeOptions } from './graph.ts'
export { shareItems, shareStructure } from './share.ts'
export { formatTrace, type TraceStep } from './trace.ts'
