/** Acknowledgements and refusals of the response in flight. */
import type { RejectedEffect, ServerEffect } from './events.ts'
import { blame, judge } from './blame.ts'
import { delivered, refusedDelivery } from './awaiting.ts'
import { isRefusing, type InFlight, type RefusedConfig, type SentChange, type ServerState, type TypeState, withType } from './state.ts'

/** State after an answer, and what to tell. */
export interface Answered {
  readonly state: ServerState
  readonly effects: readonly ServerEffect[]
}

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
    return { state: delivered(withType(state, accepted), type.typeUrl, inFlight), effects: [{ kind: 'accepted', typeUrl: type.typeUrl, nonce: inFlight.nonce }] }
  }
  const blamed = blame(inFlight.changes, error)
  const back = takeBack(landed(type), inFlight)
  const { state: judged, refused } = sentence(back, blamed, error)
  const rejected: TypeState = { ...judged, lastError: error, ...(blamed.length > 0 ? {} : { portion: Math.max(1, Math.ceil(inFlight.changes.length / 2)) }) }
  const effect: RejectedEffect = { kind: 'rejected', typeUrl: type.typeUrl, nonce: inFlight.nonce, refused, detail: error }
  return { state: refusedDelivery(withType(state, rejected), type.typeUrl, inFlight), effects: [effect] }
}

/** The client holds again what it held; it will be sent once more, without what is blamed. */
function takeBack(type: TypeState, inFlight: InFlight): TypeState {
  const held = new Map(type.held)
  for (const { name, before, after, wanted, old } of inFlight.changes) if (!held.has(name) || ((wanted || old) && held.get(name) === after)) held.set(name, before)
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
