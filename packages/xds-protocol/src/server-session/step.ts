/** The server session: a pure state machine `(state, event) -> (state', effects)` for one stream. */
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
    case 'grace-over': return { state: event.grace === state.grace ? { ...state, awaited: new Set() } : state, effects: [] }
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

/** Each time something new is awaited, a new timer runs and the older one means nothing. */
function armGrace(before: ServerState, after: ServerState): ServerStep {
  const more = [...after.awaited].some((name) => !before.awaited.has(name))
  if (!more) return { state: after, effects: [] }
  const grace = after.grace + 1
  return { state: { ...after, grace }, effects: [{ kind: 'grace', grace }] }
}
