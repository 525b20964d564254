/** The client session: a pure state machine `(state, event) -> (state', effects)`. The owner judges each response. */
import { isFullState } from '../type-urls.ts'
import { isSubscribed, WILDCARD, type Subscription } from '../subscription/subscription.ts'
import type { DeltaRequest, SotwRequest } from '../wire/discovery-requests.ts'
import type { ReceivedResource, ReceivedResponse } from '../wire/discovery-responses.ts'
import type { ClientState, ClientType, Delivery } from './state.ts'

/** What happens to a client. */
export type ClientEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  /** Changes what is wanted of a type; `*` means all. Names in both lists are asked for anew. */
  | { readonly kind: 'subscribe'; readonly typeUrl: string; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: 'response'; readonly response: ReceivedResponse }
  /** The owner uses the response with this nonce. */
  | { readonly kind: 'accept'; readonly typeUrl: string; readonly nonce: string }
  /** The owner cannot use it and keeps what it has. */
  | { readonly kind: 'reject'; readonly typeUrl: string; readonly nonce: string; readonly error: string }

/** A response for the owner, to be accepted or rejected in this order. */
export interface Delivered {
  readonly kind: 'deliver'
  readonly typeUrl: string
  readonly nonce: string
  readonly resources: readonly ReceivedResource[]
  /** Names that are gone; in state of the world worked out from what is missing. */
  readonly removed: readonly string[]
}

/** What a client wants done. */
export type ClientEffect =
  | { readonly kind: 'send-delta'; readonly request: DeltaRequest }
  | { readonly kind: 'send-sotw'; readonly request: SotwRequest }
  | Delivered

/** What a step gives. */
export interface ClientStep {
  readonly state: ClientState
  readonly effects: readonly ClientEffect[]
}

/** Handles one event; responses of types that nobody asked for are ignored. */
export function stepClient(state: ClientState, event: ClientEvent): ClientStep {
  switch (event.kind) {
    case 'connected': return announceAll({ ...state, connected: true, introduced: false })
    case 'disconnected': return { state: forgetStream(state), effects: [] }
    case 'subscribe': return subscribe(state, event)
    case 'response': return deliver(state, event.response)
    case 'accept': return judge(state, event.typeUrl, event.nonce, undefined)
    case 'reject': return judge(state, event.typeUrl, event.nonce, event.error)
  }
}

const withType = (state: ClientState, type: ClientType): ClientState => ({ ...state, types: new Map(state.types).set(type.typeUrl, type) })

/** Nonces and unjudged responses belong to a stream; what was accepted does not. */
const forgetStream = (state: ClientState): ClientState => ({
  ...state,
  connected: false,
  introduced: false,
  types: new Map([...state.types].map(([typeUrl, type]) => [typeUrl, { ...type, nonce: '', deliveries: [], announced: false }])),
})

function announceAll(start: ClientState): ClientStep {
  const effects: ClientEffect[] = []
  let state = start
  for (const type of start.types.values()) {
    const step = request(state, type, { subscribe: asList(type.subscription), unsubscribe: [], first: true })
    state = withType(step.state, { ...type, announced: true })
    effects.push(...step.effects)
  }
  return { state, effects }
}

const asList = ({ wildcard, names }: Subscription): readonly string[] => [...(wildcard ? [WILDCARD] : []), ...names]

function subscribe(state: ClientState, { typeUrl, add, remove }: Extract<ClientEvent, { kind: 'subscribe' }>): ClientStep {
  const before = state.types.get(typeUrl)
  const names = new Set(before?.subscription.names)
  for (const name of remove) names.delete(name)
  for (const name of add) if (name !== WILDCARD) names.add(name)
  const wildcard = add.includes(WILDCARD) || ((before?.subscription.wildcard ?? false) && !remove.includes(WILDCARD))
  const held = new Map(before?.held)
  for (const name of held.keys()) if (!wildcard && !names.has(name)) held.delete(name)
  const type: ClientType = { ...(before ?? { typeUrl, version: '', nonce: '', deliveries: [], announced: false }), subscription: { wildcard, names }, held }
  const next = withType(state, type)
  if (!state.connected) return { state: next, effects: [] }
  const step = request(next, type, { subscribe: type.announced ? add : asList(type.subscription), unsubscribe: type.announced ? remove : [], first: !type.announced })
  return { state: withType(step.state, { ...type, announced: true }), effects: step.effects }
}

interface RequestParts {
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  readonly first: boolean
  readonly nonce?: string
  readonly error?: string
}

function request(state: ClientState, type: ClientType, parts: RequestParts): ClientStep {
  const node = state.introduced ? {} : { node: state.node }
  const error = parts.error === undefined ? {} : { error: parts.error }
  const introduced = { ...state, introduced: true }
  if (state.variant === 'delta') {
    const initialVersions = parts.first ? type.held : new Map<string, string>()
    const message: DeltaRequest = { typeUrl: type.typeUrl, nonce: parts.nonce ?? '', subscribe: parts.subscribe, unsubscribe: parts.unsubscribe, initialVersions, ...error, ...node }
    return { state: introduced, effects: [{ kind: 'send-delta', request: message }] }
  }
  const { wildcard, names } = type.subscription
  // "All" alone is said in the old way, which every server understands.
  const list = wildcard && names.size > 0 ? asList(type.subscription) : [...names]
  return { state: introduced, effects: [{ kind: 'send-sotw', request: { typeUrl: type.typeUrl, version: type.version, nonce: parts.nonce ?? type.nonce, names: list, ...error, ...node } }] }
}

function deliver(state: ClientState, response: ReceivedResponse): ClientStep {
  const type = state.types.get(response.typeUrl)
  if (!type) return { state, effects: [] }
  // What crossed our unsubscription on the wire is not wanted any more.
  const resources = response.resources.filter(({ name }) => isSubscribed(type.subscription, name))
  const gone = state.variant === 'sotw' && isFullState(type.typeUrl) ? missing(type, resources) : response.removed
  const removed = gone.filter((name) => isSubscribed(type.subscription, name))
  const delivery: Delivery = { nonce: response.nonce, version: response.version, versions: new Map(resources.map(({ name, version }) => [name, version])), removed }
  return {
    state: withType(state, { ...type, nonce: response.nonce, deliveries: [...type.deliveries, delivery] }),
    effects: [{ kind: 'deliver', typeUrl: type.typeUrl, nonce: response.nonce, resources, removed }],
  }
}

function missing(type: ClientType, resources: readonly ReceivedResource[]): readonly string[] {
  const present = new Set(resources.map(({ name }) => name))
  return [...type.held.keys()].filter((name) => !present.has(name))
}

function judge(state: ClientState, typeUrl: string, nonce: string, error: string | undefined): ClientStep {
  const type = state.types.get(typeUrl)
  const delivery = type?.deliveries.find((candidate) => candidate.nonce === nonce)
  if (!type || !delivery || !state.connected) return { state, effects: [] }
  const judged: ClientType = { ...type, ...(error === undefined ? keep(type, delivery) : {}), deliveries: type.deliveries.filter((other) => other !== delivery) }
  return request(withType(state, judged), judged, { subscribe: [], unsubscribe: [], first: false, nonce, ...(error === undefined ? {} : { error }) })
}

function keep(type: ClientType, delivery: Delivery): Pick<ClientType, 'held' | 'version'> {
  const held = new Map(type.held)
  for (const [name, version] of delivery.versions) if (isSubscribed(type.subscription, name)) held.set(name, version)
  for (const name of delivery.removed) held.delete(name)
  return { held, version: delivery.version }
}
