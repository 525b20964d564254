/** Subscriptions: what a request asks for, as state. */
import { applyDelta, applySotw, isSubscribed, type SubscriptionChange } from '../subscription/subscription.ts'
import { findResource, type TypeSlice } from '../snapshot/snapshot.ts'
import type { DeltaRequest, SotwRequest } from '../wire/discovery-requests.ts'
import { CLUSTER_TYPE } from '../type-urls.ts'
import { sliceVersion } from '../sotw/slice-version.ts'
import { unready } from './answers.ts'
import type { StepContext } from './events.ts'
import { stale, UNKNOWN, withType, type Held, type ServerState, type TypeState } from './state.ts'

const fresh = (base: TypeSlice, change: SubscriptionChange, owesAnswer: boolean): TypeState => ({
  typeUrl: base.typeUrl, subscription: change.subscription, base, held: new Map(), quarantine: new Map(), trials: new Map(), owesAnswer, sentNonce: '', ackedNonce: '',
})

/** Most requests are acknowledgements and change nothing: then the set is the one before, and shared already. */
function shared(before: TypeState | undefined, change: SubscriptionChange, context: StepContext): SubscriptionChange {
  const { subscription } = change
  return subscription.names === before?.subscription.names ? change : { ...change, subscription: { ...subscription, names: context.shareNames(subscription.names) } }
}

/** Applies the subscription part of a delta request. */
export function subscribeDelta(state: ServerState, request: DeltaRequest, context: StepContext): ServerState {
  const before = state.types.get(request.typeUrl)
  const change = shared(before, applyDelta(before?.subscription, request), context)
  if (before) return withType(state, resubscribe(before, change, context))
  const held = new Map<string, Held | undefined>()
  for (const [name, version] of request.initialVersions) if (isSubscribed(change.subscription, name)) held.set(name, { version })
  for (const name of change.wanted) if (!held.has(name)) held.set(name, UNKNOWN)
  // A client that holds something has been served before and needs no answer; a new one waits for its first, even an empty one.
  return withType(request.typeUrl === CLUSTER_TYPE ? unready(state) : state, { ...fresh(context.empty(request.typeUrl), change, change.subscription.wildcard && request.initialVersions.size === 0), held })
}

/** Applies the names of a state-of-the-world request whose nonce is current. */
export function subscribeSotw(state: ServerState, request: SotwRequest, context: StepContext): ServerState {
  const before = state.types.get(request.typeUrl)
  const change = shared(before, applySotw(before?.subscription, request), context)
  if (before) return withType(state, resubscribe(before, change, context))
  const type = fresh(context.empty(request.typeUrl), change, change.subscription.wildcard)
  const slice = state.target?.types.get(request.typeUrl)
  if (slice && request.version !== '' && request.version === sliceVersion(slice, change.subscription)) {
    // Reconnected with exactly what we would send.
    return withType(request.typeUrl === CLUSTER_TYPE ? unready(state) : state, { ...type, base: slice, owesAnswer: false })
  }
  return withType(request.typeUrl === CLUSTER_TYPE ? unready(state) : state, { ...type, ...(request.version === '' ? {} : { unsure: true }), held: new Map(change.wanted.map((name) => [name, UNKNOWN])) })
}

function resubscribe(type: TypeState, change: SubscriptionChange, context: StepContext): TypeState {
  const { subscription } = change
  if (change.wanted.length === 0 && change.dropped.length === 0 && subscription.wildcard === type.subscription.wildcard) return type
  const held = new Map(type.held)
  const quarantine = new Map(type.quarantine)
  const trials = new Map(type.trials)
  for (const name of change.dropped) {
    // Under "all" the client still wants it and, having said otherwise, must be told again.
    if (subscription.wildcard) held.set(name, UNKNOWN)
    else held.delete(name)
    quarantine.delete(name)
    trials.delete(name)
  }
  for (const name of change.wanted) {
    held.set(name, isSubscribed(type.subscription, name) && held.get(name) !== UNKNOWN ? stale(held.has(name) ? held.get(name) : findResource(type.base, name)) : UNKNOWN)
    quarantine.delete(name)
    trials.delete(name)
  }
  if (!subscription.wildcard) for (const name of held.keys()) if (!subscription.names.has(name)) held.delete(name)
  const widened = subscription.wildcard && !type.subscription.wildcard
  if (!widened) return { ...type, subscription, held, quarantine, trials }
  // From names to all: what it holds by name stays known, the rest is compared with nothing.
  for (const name of type.subscription.names) if (!held.has(name)) held.set(name, findResource(type.base, name))
  return { ...type, subscription, held, quarantine, trials, base: context.empty(type.typeUrl), owesAnswer: true }
}
