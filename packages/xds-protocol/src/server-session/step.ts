/** The server session: a pure state machine `(state, event) -> (state', effects)` for one stream. */
import { CLUSTER_TYPE } from '../type-urls.ts'
import { answer, type Answered } from './answers.ts'
import type { ServerEffect, ServerEvent, StepContext } from './events.ts'
import { pump } from './pump.ts'
import { subscribeDelta, subscribeSotw } from './requests.ts'
import type { ServerState } from './state.ts'

/** What a step gives. */
export interface ServerStep {
  readonly state: ServerState
  readonly effects: readonly ServerEffect[]
}

/** Handles one event; never throws, whatever the client says. */
export function stepServer(state: ServerState, event: ServerEvent, context: StepContext): ServerStep {
  const told = take(state, event, context)
  const pumped = pump(told.state, context)
  const opened = armGrace(state, pumped.state)
  return { state: opened.state, effects: [...told.effects, ...pumped.effects, ...opened.effects] }
}

function take(state: ServerState, event: ServerEvent, context: StepContext): Answered {
  switch (event.kind) {
    case 'snapshot': return { state: { ...state, target: event.snapshot }, effects: [] }
    case 'writable': return { state: { ...state, writable: event.writable }, effects: [] }
    // While clusters are on their way the client may not have seen them: the timer runs again once it has.
    case 'grace-over': return { state: event.grace === state.grace && !state.types.get(CLUSTER_TYPE)?.inFlight ? { ...state, awaited: new Map() } : state, effects: [] }
    case 'delta-request': {
      const answered = answerTo(state, event.request)
      return { ...answered, state: subscribeDelta(answered.state, event.request, context) }
    }
    case 'sotw-request': {
      const type = state.types.get(event.request.typeUrl)
      // A request about an older response: the client will speak again about the newest.
      if (type && event.request.nonce !== type.sentNonce) return { state, effects: [] }
      const answered = answerTo(state, event.request)
      return { ...answered, state: subscribeSotw(answered.state, event.request, context) }
    }
  }
}

function answerTo(state: ServerState, request: { readonly typeUrl: string; readonly nonce: string; readonly error?: string }): Answered {
  const type = state.types.get(request.typeUrl)
  if (!type?.inFlight || request.nonce === '' || request.nonce !== type.inFlight.nonce) return { state, effects: [] }
  return answer(state, type, type.inFlight, request.error)
}

/** Each time something new is awaited, or the clusters have arrived whose endpoints are, a new timer runs and the older one means nothing. */
function armGrace(before: ServerState, after: ServerState): ServerStep {
  const arrived = after.awaited.size > 0 && before.types.get(CLUSTER_TYPE)?.inFlight !== undefined && after.types.get(CLUSTER_TYPE)?.inFlight === undefined
  const more = arrived || [...after.awaited.keys()].some((name) => !before.awaited.has(name))
  if (!more) return { state: after, effects: [] }
  const grace = after.grace + 1
  return { state: { ...after, grace }, effects: [{ kind: 'grace', grace }] }
}
