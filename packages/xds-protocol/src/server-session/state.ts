/**
 * What a server remembers of one stream. Small by design: not a list of what the client holds, but the shared slice it was sent
 * last and the few names where the client differs from it.
 */
import type { Provenance } from '@istio-ts/foundation'
import { inSendOrder } from '../ordering/ordering.ts'
import type { Snapshot, SnapshotResource, TypeSlice } from '../snapshot/snapshot.ts'
import type { Subscription } from '../subscription/subscription.ts'

/** The two variants of the transport protocol. */
export type XdsVariant = 'delta' | 'sotw'

/**
 * What a client holds of one name: the version, and the bytes if we sent them. `undefined` in {@link TypeState.held} means that
 * the client knows there is no such resource.
 */
export type Held = SnapshotResource | { readonly version: string; readonly bytes?: never; readonly pieces?: never; readonly last?: SnapshotResource }

/** The client waits for an answer about this name; no version equals it. */
export const UNKNOWN: Held = { version: '' }

/** The client holds this form of it and waits to get it again, or a newer one; no version equals that. */
export function stale(known: Held | undefined): Held {
  if (isStale(known)) return known
  return known?.bytes ? { version: STALE, last: known } : { version: STALE }
}

const STALE = 'stale'

/** True if the client waits for something that it has. */
export const isStale = (held: Held | undefined): held is Held & { readonly last?: SnapshotResource } => held?.version === STALE

/** One change as sent. */
export interface SentChange {
  readonly name: string
  readonly before: Held | undefined
  readonly after: SnapshotResource | undefined
  /** What it should hold, if `after` is not all of it: pieces that it refused are left out. */
  readonly wanted?: SnapshotResource
  /** `after` is an old form for somebody who waits; it may not be removed yet. */
  readonly old?: true
}

/** Something that a client refused, for people. */
export interface RefusedConfig {
  /** Name of the resource. */
  readonly name: string
  /** What the client said of it. */
  readonly detail: string
  /** What it was made from, the likeliest first. */
  readonly from: readonly Provenance[]
}

/** What a client refused of a resource that comes apart. */
export interface PieceTrial {
  /** By the identity of the piece: another form of it is tried again. */
  readonly refused: ReadonlyMap<string, RefusedConfig>
  /** So many new pieces at once, while it is not known which of them is refused. */
  readonly limit: number
}

/** The one response of a type that the client has not answered yet. */
export interface InFlight {
  readonly nonce: string
  readonly changes: readonly SentChange[]
  /** The snapshot it was made from. */
  readonly snapshot: Snapshot
}

/** State of one type on one stream. */
export interface TypeState {
  readonly typeUrl: string
  readonly subscription: Subscription
  /** What the client holds of its subscribed names, except for those in `held`. */
  readonly base: TypeSlice
  readonly held: ReadonlyMap<string, Held | undefined>
  /** Refused versions by name (`''` = a refused removal); not sent again until they change. */
  readonly quarantine: ReadonlyMap<string, RefusedConfig & { readonly version: string }>
  /** Resources of which pieces were refused, by name: they are sent without them. */
  readonly trials: ReadonlyMap<string, PieceTrial>
  readonly inFlight?: InFlight
  /** After a refusal that named nobody: send at most so many changes at once, until the culprit is found and all else delivered. */
  readonly portion?: number
  /** The client waits for a first answer, even an empty one. */
  readonly owesAnswer: boolean
  /**
   * State of the world: the client came with a version that is not ours and has accepted nothing since, so what it holds is unknown: the
   * next state is sent whatever it is.
   */
  readonly unsure?: true
  /** Latest nonces, for `proxy-status`. */
  readonly sentNonce: string
  readonly ackedNonce: string
  /** Text of the last refusal, as long as something is refused. */
  readonly lastError?: string
}

/** State of a stream. */
export interface ServerState {
  readonly variant: XdsVariant
  /** The newest snapshot; there is never a queue of older ones. */
  readonly target?: Snapshot
  /** The newest snapshot all of whose clusters and endpoints the client has: what listeners and routes may name. */
  readonly ready?: Snapshot
  /** Clusters the client was sent new or changed, with the number of that response, and whose endpoints it has not acknowledged since. */
  readonly awaited: ReadonlyMap<string, number>
  /** The snapshot to become `ready` once nothing is awaited. */
  readonly clustersAt?: Snapshot
  /** In the order of sending. */
  readonly types: ReadonlyMap<string, TypeState>
  readonly sent: number
  /** False while the transport has a backlog. */
  readonly writable: boolean
  /** Identifies the running grace timer. */
  readonly grace: number
}

/** A stream on which nothing was said. */
export const initialServerState = (variant: XdsVariant): ServerState => ({ variant, awaited: new Map(), types: new Map(), sent: 0, writable: true, grace: 0 })

/** Puts one type's state back into the stream's. */
export function withType(state: ServerState, type: TypeState): ServerState {
  const types = new Map(state.types).set(type.typeUrl, type)
  return { ...state, types: types.size === state.types.size ? types : inSendOrder(types) }
}

/** Everything that the client refuses of a type right now. */
export const refusedOf = (type: TypeState): readonly RefusedConfig[] =>
  type.quarantine.size + type.trials.size === 0 ? NOTHING : [...type.quarantine.values(), ...[...type.trials.values()].flatMap(({ refused }) => [...refused.values()])]

const NOTHING: readonly RefusedConfig[] = []

/** True as long as the client refuses something that is still wanted. */
export const isRefusing = (type: TypeState): boolean => refusedOf(type).length > 0
