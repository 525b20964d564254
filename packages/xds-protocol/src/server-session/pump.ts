/** Decides what may be sent now: one outstanding response per type, in an order that never breaks traffic. */
import { CLUSTER_TYPE, ENDPOINT_TYPE, isFullState } from '../type-urls.ts'
import { namesClusters, removalWaitsFor } from '../ordering/ordering.ts'
import type { OutgoingResponse } from '../wire/discovery-responses.ts'
import { emptyAssignment } from '../wire/empty-assignment.ts'
import { findResource, type Snapshot, type SnapshotResource, type TypeSlice } from '../snapshot/snapshot.ts'
import { effectiveResources } from '../sotw/effective-resources.ts'
import { setVersion } from '../sotw/slice-version.ts'
import { clustersSent } from './awaiting.ts'
import type { ServerEffect, StepContext } from './events.ts'
import { withRefused } from './mending.ts'
import { pendingChanges } from './pending-changes.ts'
import { isRefusing, isStale, withType, type Held, type PieceTrial, type SentChange, type ServerState, type TypeState } from './state.ts'

/** Sends whatever is due; returns the state unchanged when nothing is. */
export function pump(start: ServerState, context: StepContext): { readonly state: ServerState; readonly effects: readonly ServerEffect[] } {
  const effects: ServerEffect[] = []
  let state = start
  // A type may settle without a message (a removal that state of the world cannot say), and others may have waited for that; clusters are
  // followed by their endpoints: look again.
  for (let again = true; again;) {
    again = false
    state = advanceReady(state, context)
    for (const typeUrl of state.types.keys()) {
      const before = state
      const sent = pumpType(state, typeUrl, context)
      state = sent.state
      if (sent.response) {
        effects.push({ kind: 'send', response: sent.response })
        again ||= typeUrl === CLUSTER_TYPE
      } else if (heldOf(state, typeUrl) < heldOf(before, typeUrl)) again = true
      if (typeUrl === CLUSTER_TYPE) state = advanceReady(state, context)
    }
  }
  return { state, effects }
}

/** How many differences of a type are still open; it only falls between messages, so looking again ends. */
const heldOf = (state: ServerState, typeUrl: string): number => state.types.get(typeUrl)?.held.size ?? 0

function pumpType(state: ServerState, typeUrl: string, context: StepContext): { readonly state: ServerState; readonly response?: OutgoingResponse } {
  const type = state.types.get(typeUrl)
  const snapshot = namesClusters(typeUrl) ? state.ready : state.target
  if (!type || type.inFlight || !state.writable || !snapshot) return { state }
  const wanted = sliceOf(snapshot, typeUrl, context)
  return transmit(state, type, { wanted, snapshot, ...plan(state, type, wanted, context) })
}

const sliceOf = (snapshot: Snapshot, typeUrl: string, context: StepContext): TypeSlice => snapshot.types.get(typeUrl) ?? context.empty(typeUrl)

/** Splits what differs into what goes out now and what has to wait. */
function plan(state: ServerState, type: TypeState, wanted: TypeSlice, context: StepContext): { readonly send: readonly SentChange[]; readonly keep: readonly SentChange[] } {
  const { changes, refused } = pendingChanges(type, wanted, context)
  if (changes.length === 0) return { send: [], keep: refused }
  const removalsWait = removalWaitsFor(type.typeUrl).some((other) => !hasLetGo(state, other, context) || !isServedNewest(state, other))
  const changing = type.typeUrl === ENDPOINT_TYPE ? changingClusters(state, context) : undefined
  const mustWait = (change: SentChange): boolean => {
    // A name asked for that does not exist is an answer, not a removal.
    if (change.after === undefined) return removalsWait && change.before !== undefined && change.before.version !== '' && !isStale(change.before)
    // Endpoints of a cluster that is about to change are sent after the change, unless the client waits for them to take the last one.
    return changing?.has(change.name) === true && change.before?.version !== '' && !isStale(change.before)
  }
  // Somebody who waits for what is to go, but may not yet, gets the form it had, or that which others may still name.
  const told = changes.map((change): SentChange => {
    const last = removalsWait && !change.after ? lastForm(state, type, change) : undefined
    return last ? { ...change, after: last, old: true } : change
  })
  const due = told.filter((change) => !mustWait(change))
  const portion = type.portion ?? due.length
  return { send: due.slice(0, portion), keep: [...due.slice(portion), ...told.filter(mustWait), ...refused] }
}

/** Endpoints that a client asks for again when they are to go: unless it refused them, those that the clusters it was given came with. */
function lastForm({ ready }: ServerState, { typeUrl, quarantine }: TypeState, { name, before }: SentChange): SnapshotResource | undefined {
  if (isStale(before)) return before.last
  const slice = typeUrl === ENDPOINT_TYPE && before?.version === '' ? ready?.types.get(typeUrl) : undefined
  const found = slice && findResource(slice, name)
  return found && quarantine.get(name)?.version !== found.version ? found : undefined
}

/** True if the client holds exactly what the newest snapshot says of `typeUrl`, so it names nothing older. */
function hasLetGo(state: ServerState, typeUrl: string, context: StepContext): boolean {
  const type = state.types.get(typeUrl)
  if (!type || !state.target) return true
  if (type.inFlight || type.owesAnswer) return false
  const { changes, refused } = pendingChanges(type, sliceOf(state.target, typeUrl, context), context)
  return changes.length === 0 && refused.every(({ before }) => before === undefined)
}

/** True if whoever asks for this type now is given the newest form, so that nothing older comes after a removal. */
const isServedNewest = ({ ready, target }: ServerState, typeUrl: string): boolean => ready !== undefined && ready.types.get(typeUrl) === target?.types.get(typeUrl)

function changingClusters(state: ServerState, context: StepContext): ReadonlySet<string> {
  const clusters = state.types.get(CLUSTER_TYPE)
  if (!clusters || !state.target) return new Set()
  const pending = pendingChanges(clusters, sliceOf(state.target, CLUSTER_TYPE, context), context).changes
  return new Set(pending.filter(({ after }) => after !== undefined).map(({ name }) => name))
}

/** Moves `ready` forward to the newest snapshot whose clusters and endpoints the client has. */
function advanceReady(state: ServerState, context: StepContext): ServerState {
  const { target } = state
  if (!target) return state
  const clusters = state.types.get(CLUSTER_TYPE)
  const settled = !clusters || (!clusters.inFlight && !clusters.owesAnswer &&
    pendingChanges(clusters, sliceOf(target, CLUSTER_TYPE, context), context).changes.every(({ after }) => after === undefined))
  const clustersAt = settled ? target : state.clustersAt
  const waits = clustersAt !== undefined && clustersAt !== state.ready && (awaitsEndpointsOf(state, clustersAt) || endpointsArriving(state, context))
  const ready = waits ? state.ready : (clustersAt ?? state.ready)
  if (clustersAt === state.clustersAt && ready === state.ready) return state
  return { ...state, ...(clustersAt ? { clustersAt } : {}), ...(ready ? { ready } : {}) }
}

/** True if a cluster of this snapshot is with the client, and its endpoints are not. */
function awaitsEndpointsOf(state: ServerState, snapshot: Snapshot): boolean {
  const endpoints = snapshot.types.get(ENDPOINT_TYPE)
  if (!endpoints) return false
  for (const name of state.awaited.keys()) if (findResource(endpoints, name)) return true
  return false
}

/** True while the client has asked for endpoints that it does not have yet. */
function endpointsArriving(state: ServerState, context: StepContext): boolean {
  const endpoints = state.types.get(ENDPOINT_TYPE)
  if (!endpoints || !state.target) return false
  const arrives = ({ before, after }: SentChange): boolean => after !== undefined && (before === undefined || before.version === '')
  return (endpoints.inFlight?.changes.some(arrives) ?? false) || pendingChanges(endpoints, sliceOf(state.target, ENDPOINT_TYPE, context), context).changes.some(arrives)
}

interface Transmission {
  readonly wanted: TypeSlice
  readonly snapshot: Snapshot
  readonly send: readonly SentChange[]
  readonly keep: readonly SentChange[]
}

/** Records that `send` is on its way, and makes the response; without anything to say it only forgets differences that are gone. */
function transmit(state: ServerState, type: TypeState, parts: Transmission): { readonly state: ServerState; readonly response?: OutgoingResponse } {
  const { wanted, snapshot, send, keep } = parts
  const held = new Map<string, Held | undefined>(keep.map(({ name, before }) => [name, before]))
  // What is sent without some of its pieces is not what is wanted: it stays a difference.
  for (const { name, after, wanted: whole, old } of send) if (whole || old) held.set(name, after)
  const silent = send.length === 0 && !type.owesAnswer && !(type.unsure === true && type.base !== wanted)
  if (silent && type.base === wanted && held.size === type.held.size) return { state }
  const open = new Set([...keep, ...send].map(({ name }) => name))
  const quarantine = only(type.quarantine, open)
  const trials = stillTried(only(type.trials, open), [...keep, ...send])
  const { portion, ...whole } = type
  const moved: TypeState = { ...whole, base: wanted, held, quarantine, trials, ...(portion === undefined || send.length < portion ? {} : { portion }) }
  if (silent) return { state: withType(state, isRefusing(type) && !isRefusing(moved) ? reconciled(moved) : moved) }
  const nonce = String(state.sent + 1)
  const response = state.variant === 'delta' ? deltaResponse(type.typeUrl, nonce, send) : sotwResponse(moved, nonce, parts)
  // A removal that the variant cannot express needs no answer.
  if (!response) return { state: withType(state, { ...moved, owesAnswer: false }) }
  const inFlight = { nonce, changes: send, snapshot }
  const sent = withType({ ...state, sent: state.sent + 1 }, { ...moved, inFlight, owesAnswer: false, sentNonce: nonce })
  return { state: type.typeUrl === CLUSTER_TYPE ? clustersSent(sent, inFlight) : sent, response }
}

/** The entries of these names; the map itself if that is all of them. */
function only<V>(map: ReadonlyMap<string, V>, names: ReadonlySet<string>): ReadonlyMap<string, V> {
  for (const name of map.keys()) if (!names.has(name)) return new Map([...map].filter(([key]) => names.has(key)))
  return map
}

/** Trials without the pieces that are no longer wanted. */
function stillTried(trials: TypeState['trials'], changes: readonly SentChange[]): TypeState['trials'] {
  if (trials.size === 0) return trials
  const left = new Map(trials)
  for (const { name, after, wanted } of changes) {
    const trial = left.get(name)
    const whole = wanted ?? after
    if (!trial || !whole) continue
    const now = withRefused(trial, NONE, whole)
    if (now.refused.size === 0 && now.limit === Infinity) left.delete(name)
    else if (now.refused.size !== trial.refused.size) left.set(name, now)
  }
  return left
}

const NONE: PieceTrial['refused'] = new Map()

/** What the client refused was taken back: it holds what is wanted again, without a message that it could acknowledge. */
function reconciled(type: TypeState): TypeState {
  const { lastError: _taken, ...rest } = type
  return { ...rest, ackedNonce: type.sentNonce }
}

const changed = (send: readonly SentChange[]): readonly SnapshotResource[] => send.flatMap(({ after }) => (after ? [after] : []))

const deltaResponse = (typeUrl: string, nonce: string, send: readonly SentChange[]): OutgoingResponse => ({
  typeUrl, nonce, version: '', resources: changed(send), removed: send.flatMap(({ name, after }) => (after ? [] : [name])),
})

/**
 * State of the world cannot say that a name is gone; but who asks for the endpoints of a cluster that has none any more must be told, as
 * istiod tells: a warming cluster waits for it.
 */
const noEndpoints = (name: string): SnapshotResource => ({ name, version: '', bytes: emptyAssignment(name), provenance: [] })

function sotwResponse(type: TypeState, nonce: string, { wanted, send, keep }: Transmission): OutgoingResponse | undefined {
  const all = effectiveResources(type, wanted, keep, send)
  const gone = type.typeUrl === ENDPOINT_TYPE ? send.flatMap(({ name, after }) => (after ? [] : [noEndpoints(name)])) : []
  const resources = isFullState(type.typeUrl) ? all : [...changed(send), ...gone]
  if (resources.length === 0 && !isFullState(type.typeUrl)) return undefined
  return { typeUrl: type.typeUrl, nonce, version: setVersion(all), resources, removed: [] }
}
