/** Acknowledgements and refusals of the response in flight. */
import { CLUSTER_TYPE, ENDPOINT_TYPE } from '../type-urls.ts'
import { findResource, resourcesOf, type Snapshot, type TypeSlice } from '../snapshot/snapshot.ts'
import type { RejectedEffect, ServerEffect } from './events.ts'
import { STALE, UNKNOWN, type InFlight, type SentChange, type ServerState, type TypeState } from './state.ts'

/** State after an answer, and what to tell. */
export interface Answered {
  readonly state: ServerState
  readonly effects: readonly ServerEffect[]
}

/** Puts one type's state back into the stream's. */
export const withType = (state: ServerState, type: TypeState): ServerState => ({ ...state, types: new Map(state.types).set(type.typeUrl, type) })

/** Forgets what listeners and routes may name: from a client's first request for clusters until it has them. */
export function unready(state: ServerState): ServerState {
  const { ready: _ready, clustersAt: _clusters, ...rest } = state
  return rest
}

/** The state without its response in flight. */
const landed = ({ inFlight: _gone, ...rest }: TypeState): TypeState => rest

/** Handles the answer to `type.inFlight`. */
export function answer(state: ServerState, type: TypeState, inFlight: InFlight, error: string | undefined): Answered {
  const { lastError: _old, unsure: _known, ...clear } = landed(type)
  if (error === undefined) {
    const accepted: TypeState = { ...clear, ackedNonce: inFlight.nonce, ...(type.portion === undefined ? {} : { portion: type.portion * 2 }) }
    return { state: afterDelivery(withType(state, accepted), type.typeUrl, inFlight), effects: [{ kind: 'accepted', typeUrl: type.typeUrl, nonce: inFlight.nonce }] }
  }
  const blamed = blame(inFlight.changes, error)
  const rejected: TypeState = { ...takeBack(landed(type), inFlight, blamed), lastError: error, ...(blamed.length > 0 ? {} : { portion: Math.max(1, Math.ceil(inFlight.changes.length / 2)) }) }
  const effect: RejectedEffect = {
    kind: 'rejected',
    typeUrl: type.typeUrl,
    nonce: inFlight.nonce,
    names: blamed.map(({ name }) => name),
    detail: error,
    provenance: blamed.flatMap(({ after }) => after?.provenance ?? []),
  }
  return { state: afterDelivery(withType(state, rejected), type.typeUrl, type.typeUrl === CLUSTER_TYPE ? { ...inFlight, changes: [] } : inFlight), effects: [effect] }
}

/** The client holds again what it held; blamed versions go into quarantine, the others will be sent once more without them. */
function takeBack(type: TypeState, inFlight: InFlight, blamed: readonly SentChange[]): TypeState {
  const held = new Map(type.held)
  const quarantine = new Map(type.quarantine)
  for (const { name, before } of inFlight.changes) if (!held.has(name)) held.set(name, before)
  for (const { name, after } of blamed) quarantine.set(name, after?.version ?? '')
  return { ...type, held, quarantine }
}

/**
 * Whom a refusal is about: the resources its text names, or the only one there was. Else nobody yet: the same changes are sent again
 * in halves, because one bad resource shall not hold the others back. Each refusal blames somebody or halves, so trying again ends.
 */
export function blame(changes: readonly SentChange[], error: string): readonly SentChange[] {
  return changes.length === 1 ? changes : changes.filter(({ name }) => mentions(error, name))
}

/** True if `text` holds `name` as a whole, not as a part of a longer name. */
function mentions(text: string, name: string): boolean {
  if (name === '') return false
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 1), at)
    const after = text.slice(at + name.length, at + name.length + 2)
    if (!/[\w|.-]/.test(before) && !/^(?:[\w|-]|\.\w)/.test(after)) return true
  }
  return false
}

/** Clusters that arrived await their endpoints; endpoints that arrived are awaited no more. */
function afterDelivery(state: ServerState, typeUrl: string, inFlight: InFlight): ServerState {
  if (typeUrl === ENDPOINT_TYPE) {
    if (state.awaited.size === 0) return state
    const awaited = new Set(state.awaited)
    for (const { name, after } of inFlight.changes) if (after) awaited.delete(name)
    return { ...state, awaited }
  }
  if (typeUrl !== CLUSTER_TYPE) return state
  const arrived = inFlight.changes.filter(({ after }) => after !== undefined).map(({ name }) => name)
  const awaited = new Set(state.awaited)
  for (const { name, after } of inFlight.changes) if (!after) awaited.delete(name)
  // Asked of both: a newer snapshot may give endpoints to a cluster that had none, or take them away for a while.
  for (const snapshot of new Set([inFlight.snapshot, state.target ?? inFlight.snapshot])) for (const name of withEndpoints(arrived, snapshot)) awaited.add(name)
  const changed = inFlight.changes.filter(({ before, after }) => after !== undefined && before !== undefined).map(({ name }) => name)
  return forceEndpoints({ ...state, awaited, clustersAt: inFlight.snapshot }, changed)
}

function withEndpoints(names: readonly string[], snapshot: Snapshot): readonly string[] {
  const endpoints = snapshot.types.get(ENDPOINT_TYPE)
  return endpoints ? lookedUp(endpoints, names) : []
}

/** The names that a slice has; through one index when they are many. */
function lookedUp(slice: TypeSlice, names: readonly string[]): readonly string[] {
  if (names.length < 64) return names.filter((name) => findResource(slice, name))
  const all = new Set<string>()
  for (const { name } of resourcesOf(slice)) all.add(name)
  return names.filter((name) => all.has(name))
}

/**
 * A client that took a changed cluster warms it again and waits for its endpoints, even if they did not change and it has asked for
 * them before (Envoy asks only once), so they are sent again. For a new cluster it asks.
 */
function forceEndpoints(state: ServerState, clusters: readonly string[]): ServerState {
  const endpoints = state.types.get(ENDPOINT_TYPE)
  const again = endpoints ? clusters.filter((name) => endpoints.subscription.names.has(name)) : []
  if (!endpoints || again.length === 0) return state
  const held = new Map(endpoints.held)
  for (const name of again) if (held.get(name) !== UNKNOWN) held.set(name, STALE)
  return withType(state, { ...endpoints, held })
}
