/** A graph of collections that changes one transaction at a time. */
import type { MeshError } from '@istio-ts/foundation'
import type { Cell } from './cell.ts'
import type { Collection, Index, Lookup, Singleton, SingletonSource, Source } from './collection.ts'
import { DeriveNode, type Expand } from './derive.ts'
import { reconcileBy, structurallyEqual, type Equality, type Reconcile } from './equality.ts'
import { duplicateName } from './errors.ts'
import { GraphCore, type Failure, type GraphCounters, type Node } from './graph-core.ts'
import { IndexNode } from './index-by.ts'
import { JoinNode } from './join.ts'
import { KeyedNode } from './keyed-node.ts'
import { LookupNode } from './lookup.ts'
import { singletonOf, singletonSource } from './singleton.ts'
import { shareItems, shareStructure } from './share.ts'
import { SourceNode } from './source.ts'
import type { TraceStep } from './trace.ts'

/** What a node may be told beside its function. */
export interface NodeOptions<T> {
  /** When a new value makes no difference. Default: structural equality of plain data; derived values then also keep equal parts of the old one. */
  readonly equal?: Equality<T>
  /** How much of the old value a derived one keeps: `deep` (the default) every equal part, `items` only whole fields or items, for values made of others' parts. */
  readonly share?: 'deep' | 'items'
}

/** What a graph may be told. */
export interface GraphOptions {
  /** Hears of each failed derivation and observer once; default: nobody (see {@link Graph.failures}). */
  readonly onError?: (error: MeshError) => void
}

/**
 * Keyed collections derived from one another. Reads inside a derivation are recorded as dependencies; when a source changes,
 * each affected computation runs once, in the order of dependencies, results that are equal stop there, and observers
 * are told once, after everything has settled. Collections must be made before those that read them.
 */
export class Graph {
  readonly #core: GraphCore
  readonly #nodes = new Map<string, Node>()
  #rank = 0

  constructor(options: GraphOptions = {}) {
    this.#core = new GraphCore(options.onError ?? (() => undefined))
  }

  /** A collection that others fill by `set`, `delete` and `replace`. */
  source<T>(name: string, options: NodeOptions<T> = {}): Source<T> {
    return this.#add(new SourceNode<T>(this.#core, name, this.#rank, options.equal ?? structurallyEqual))
  }

  /** One value for each entry of `input`, under the same key; undefined leaves the entry out. */
  derive<A, B>(name: string, input: Collection<A>, map: (value: A, key: string) => B | undefined, options: NodeOptions<B> = {}): Collection<B> {
    return this.flatMap(name, input, (value, key) => {
      const made = map(value, key)
      return made === undefined ? [] : [[key, made] as const]
    }, options)
  }

  /** Any number of entries for each entry of `input`. Where several inputs make a key, the one with the lowest input key wins. */
  flatMap<A, B>(name: string, input: Collection<A>, expand: Expand<A, B>, options: NodeOptions<B> = {}): Collection<B> {
    const node = new DeriveNode<A, B>(this.#core, name, this.#rank, reconcileOf(options), input.name, expand)
    this.#add(node)
    this.#core.update(() => keyed(input).addFollower(node))
    return node
  }

  /** Groups the entries of `input`; an entry stands in each bucket the function names. */
  indexBy<T>(name: string, input: Collection<T>, bucketsOf: (value: T, key: string) => Iterable<string>): Index<T> {
    const node = new IndexNode<T>(this.#core, name, this.#rank, bucketsOf)
    this.#add(node)
    this.#core.update(() => keyed(input).addFollower(node))
    return node
  }

  /** The union of collections; where several have a key, the first wins. */
  join<T>(name: string, inputs: readonly Collection<T>[], options: NodeOptions<T> = {}): Collection<T> {
    return this.#core.update(() => this.#add(new JoinNode<T>(this.#core, name, this.#rank, reconcileOf(options), inputs.map(keyed))))
  }

  /** Values computed for the keys somebody asks for. */
  lookup<T>(name: string, work: (key: string) => T, options: NodeOptions<T> = {}): Lookup<T> {
    return this.#add(new LookupNode<T>(this.#core, name, this.#rank, reconcileOf(options), work))
  }

  /** One computed value. */
  singleton<T>(name: string, work: () => T, options: NodeOptions<T> = {}): Singleton<T> {
    return singletonOf(this.lookup(name, work, options))
  }

  /** One value that others set; it starts as `initial`. */
  value<T>(name: string, initial: T, options: NodeOptions<T> = {}): SingletonSource<T> {
    return singletonSource(this.source<T>(name, options), initial)
  }

  /** Makes all source changes in `change` one transaction. Nested calls join the outermost; one from an observer runs after all observers. */
  update<T>(change: () => T): T {
    return this.#core.update(change)
  }

  /** Derivations that failed and have not recovered; their last good values are in use. */
  get failures(): readonly Failure[] {
    return this.#core.failures
  }

  get counters(): GraphCounters {
    return this.#core.counters
  }

  /** How many things each node holds, failures among them: a leak shows as a number that does not come back. For tests and debugging; costs a walk over the nodes. */
  sizes(): Readonly<Record<string, number>> {
    return { failures: this.failures.length, ...Object.fromEntries([...this.#nodes].map(([name, node]) => [name, node.held])) }
  }

  /** Why the value was computed the last time; follows causes of the same transaction down to the sources, at most 8 deep. */
  trace(collection: string, key: string): TraceStep {
    return this.#trace(collection, key, 8)
  }

  #trace(collection: string, key: string | undefined, depth: number): TraceStep {
    const at = key === undefined ? { collection } : { collection, key }
    const cell = key === undefined ? undefined : this.#cellOf(collection, key)
    if (!cell) return { ...at, because: [] }
    const causes = depth > 0 ? cell.run.causes.map((slot) => this.#trace(slot.node, slot.key, depth - 1)) : []
    return { ...at, transaction: cell.run.transaction, because: causes }
  }

  #cellOf(collection: string, key: string): Cell | undefined {
    const node = this.#nodes.get(collection)
    if (node instanceof LookupNode) return node.cell(key)
    if (node instanceof DeriveNode) return node.cell(node.inputsOf(key)[0] ?? key)
    return undefined
  }

  #add<N extends Node>(node: N): N {
    if (this.#nodes.has(node.name)) throw duplicateName(node.name)
    this.#nodes.set(node.name, node)
    this.#rank++
    return node
  }
}

/** Makes an empty graph. */
export const createGraph = (options: GraphOptions = {}): Graph => new Graph(options)

/** Derived values share structure unless told when they are equal. */
const reconcileOf = <T>(options: NodeOptions<T>): Reconcile<T> => (options.equal ? reconcileBy(options.equal) : options.share === 'items' ? shareItems : shareStructure)

/** The node behind a collection: every collection of a graph is one. */
function keyed<T>(collection: Collection<T>): KeyedNode<T> {
  if (collection instanceof KeyedNode) return collection as KeyedNode<T>
  throw new TypeError(`${collection.name} is no collection of a graph`)
}
