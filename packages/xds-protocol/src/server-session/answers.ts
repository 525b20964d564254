/** Acknowledgements and refusals of the response in flight. */
import { CLUSTER_TYPE, ENDPOINT_TYPE } from '../type-urls.ts'
import { findResource, resourcesOf, type Snapshot, type TypeSlice } from '../snapshot/snapshot.ts'
import type { RejectedEffect, ServerEffect } from './events.ts'
import { blame, judge } from './blame.ts'
import { isRefusing, STALE, UNKNOWN, type InFlight, type RefusedConfig, type SentChange, type ServerState, type TypeState } from './state.ts'

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
  if (error === undefined) {
    const { unsure: _known, lastError, ...clear } = landed(type)
    const widened: TypeState = { ...clear, trials: afterAcceptance(type.trials, inFlight.changes), ackedNonce: inFlight.nonce, ...(type.portion === undefined ? {} : { portion: type.portion * 2 }) }
    const accepted: TypeState = lastError !== undefined && isRefusing(widened) ? { ...widened, lastError } : widened
    return { state: afterDelivery(withType(state, accepted), type.typeUrl, inFlight), effects: [{ kind: 'accepted', typeUrl: type.typeUrl, nonce: inFlight.nonce }] }
  }
  const blamed = blame(inFlight.changes, error)
  const back = takeBack(landed(type), inFlight)
  const { state: judged, refused } = sentence(back, blamed, error)
  const rejected: TypeState = { ...judged, lastError: error, ...(blamed.length > 0 ? {} : { portion: Math.max(1, Math.ceil(inFlight.changes.length / 2)) }) }
  const effect: RejectedEffect = { kind: 'rejected', typeUrl: type.typeUrl, nonce: inFlight.nonce, refused, detail: error }
  return { state: afterDelivery(withType(state, rejected), type.typeUrl, type.typeUrl === CLUSTER_TYPE ? { ...inFlight, changes: [] } : inFlight), effects: [effect] }
}

/** The client holds again what it held; it will be sent once more, without what is blamed. */
function takeBack(type: TypeState, inFlight: InFlight): TypeState {
  const held = new Map(type.held)
  for (const { name, before, after, wanted } of inFlight.changes) if (!held.has(name) || (wanted && held.get(name) === after)) held.set(name, before)
  return { ...type, held }
}

/** Blamed versions go into quarantine, or pieces of them; a resource whose culprit is not found yet is tried with fewer new pieces. */
function sentence(type: TypeState, blamed: readonly SentChange[], error: string): { readonly state: TypeState; readonly refused: readonly RefusedConfig[] } {
  const quarantine = new Map(type.quarantine)
  const trials = new Map(type.trials)
  const refused: RefusedConfig[] = []
  for (const change of blamed) {
    const verdict = judge(change, trials.get(change.name), error)
    if ('trial' in verdict) {
      trials.set(change.name, verdict.trial)
      refused.push(...verdict.refused)
      continue
    }
    trials.delete(change.name)
    quarantine.set(change.name, { ...verdict.whole, version: (change.wanted ?? change.after)?.version ?? '' })
    refused.push(verdict.whole)
  }
  return { state: { ...type, quarantine, trials }, refused }
}

/** What the client took whole needs no trial any more; of the others, more pieces are tried at once. */
function afterAcceptance(trials: TypeState['trials'], changes: readonly SentChange[]): TypeState['trials'] {
  if (trials.size === 0) return trials
  const left = new Map(trials)
  for (const { name, wanted } of changes) {
    const trial = left.get(name)
    if (trial && wanted) left.set(name, { ...trial, limit: trial.limit * 2 })
    else left.delete(name)
  }
  return left
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
