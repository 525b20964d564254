/** One server session and one client session joined by two queues, so that a test decides what happens next. */
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '../type-urls.ts'
import { initialClientState, type ClientState } from '../client-session/state.ts'
import { stepClient, type ClientEffect, type ClientEvent } from '../client-session/step.ts'
import { stepContext, type RejectedEffect, type ServerEvent } from '../server-session/events.ts'
import { initialServerState, type ServerState, type XdsVariant } from '../server-session/state.ts'
import { stepServer } from '../server-session/step.ts'
import { from, type ResourceRef } from '@istio-ts/foundation'
import type { ResourcePiece, ResourcePieces, Snapshot, SourceBundle, SourceResource } from '../snapshot/snapshot.ts'
import type { DeltaRequest, SotwRequest } from '../wire/discovery-requests.ts'
import { formatDeltaRequest, formatSotwRequest, parseDeltaRequest, parseSotwRequest } from '../wire/discovery-requests.ts'
import { parseDeltaResponse, parseSotwResponse, responseEncoder, type OutgoingResponse } from '../wire/discovery-responses.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** Resources of a test: `name -> content` per type, in bundles by the part of the name before `/`. A content with `bad` is refused. */
export type World = Readonly<Record<string, Readonly<Record<string, string>>>>

/** A resource message that holds its name in field 1, as all xDS resources do, and a content in field 2. */
export function encodeResource(name: string, content: string): Uint8Array {
  const [a, b] = [utf8.encode(name), utf8.encode(content)]
  return Uint8Array.from([0x0a, a.length, ...a, 0x12, b.length, ...b])
}

/** The content of such a message. */
export const contentOf = (bytes: Uint8Array): string => text.decode(bytes.subarray(2 + (bytes[1] ?? 0) + 2))

/** A content such as `a=v1;b=v2` comes apart into pieces `a` and `b`. */
function piecesOf(name: string, content: string): { readonly pieces?: () => ResourcePieces } {
  if (!content.includes('=')) return {}
  const list = content.split(';').map((piece): ResourcePiece => ({
    name: piece.split('=')[0] ?? '', field: 'pieces', bytes: utf8.encode(piece), parts: [{ path: 'value', bytes: utf8.encode(piece), from: [from(resourceRef('VirtualService', 'default', piece.split('=')[0] ?? ''), 'spec.http[0]')] }],
  }))
  return { pieces: () => ({ list, join: (pieces) => encodeResource(name, pieces.map(({ bytes }) => text.decode(bytes)).join(';')) }) }
}

const resourceRef = (kind: string, namespace: string, name: string): ResourceRef => ({ cluster: 'Kubernetes', group: 'networking.istio.io', kind, namespace, name })

/** The source bundles of a world. */
export function bundlesOf(world: World): readonly SourceBundle[] {
  return Object.entries(world).flatMap(([typeUrl, resources]) => {
    const keys = new Map<string, SourceResource[]>()
    for (const [name, content] of Object.entries(resources)) {
      const key = name.split('/')[0] ?? ''
      keys.set(key, [...(keys.get(key) ?? []), { name, bytes: encodeResource(name, content), provenance: [], ...piecesOf(name, content) }])
    }
    return [...keys].map(([key, list]) => ({ typeUrl, key, resources: list }))
  })
}

/** How the client of a pair behaves. */
export interface PairOptions {
  readonly variant: XdsVariant
  /** Names that the client subscribes by name whenever it holds a cluster (endpoints) or listener (routes) of that name. */
  readonly followNames?: boolean
  /** Whether refusals name the culprit; default: the resource. */
  readonly blames?: boolean | 'pieces'
  /** Like Envoy, acknowledges clusters once all that are new or changed have got endpoints after them; asks for endpoints by name only once. */
  readonly warms?: boolean
}

/** A server and a client stream with everything in between. */
export interface Pair {
  readonly server: () => ServerState
  readonly client: () => ClientState
  /** What the client uses: type -> name -> content. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly rejections: readonly RejectedEffect[]
  /** Responses sent so far, on all streams. */
  readonly sent: () => number
  /** Greatest number of unanswered responses of one type ever seen. */
  readonly mostOutstanding: () => number
  publish(snapshot: Snapshot): void
  subscribe(typeUrl: string, add: readonly string[], remove?: readonly string[]): void
  /** Moves one message; false if the queue is empty. */
  toServer(): boolean
  toClient(): boolean
  graceOver(): void
  setWritable(writable: boolean): void
  reconnect(): void
  /** Runs until nothing moves any more. */
  settle(): void
}

/** Makes a connected pair. */
export function pair(options: PairOptions): Pair {
  const context = stepContext()
  const encoder = responseEncoder()
  const uses = new Map<string, Map<string, string>>()
  const rejections: RejectedEffect[] = []
  let server = initialServerState(options.variant)
  let client = initialClientState(options.variant, utf8.encode('node'))
  let target: Snapshot | undefined
  let [up, down]: [Uint8Array[], Uint8Array[]] = [[], []]
  let [sent, most, grace] = [0, 0, 0]
  const outstanding = new Map<string, number>()

  const onServer = (event: ServerEvent): void => {
    const step = stepServer(server, event, context)
    server = step.state
    for (const effect of step.effects) {
      if (effect.kind === 'send') send(effect.response)
      else if (effect.kind === 'rejected') rejections.push(effect)
      else if (effect.kind === 'grace') grace = effect.grace
    }
  }
  const send = (response: OutgoingResponse): void => {
    sent++
    const count = (outstanding.get(response.typeUrl) ?? 0) + 1
    outstanding.set(response.typeUrl, count)
    most = Math.max(most, count)
    down.push(options.variant === 'delta' ? encoder.delta(response) : encoder.sotw(response))
  }
  const onClient = (event: ClientEvent): void => {
    const step = stepClient(client, event)
    client = step.state
    for (const effect of step.effects) onEffect(effect)
  }
  const onEffect = (effect: ClientEffect): void => {
    if (effect.kind === 'send-delta') up.push(formatDeltaRequest(effect.request))
    else if (effect.kind === 'send-sotw') up.push(formatSotwRequest(effect.request))
    else judge(effect)
  }
  const judge = (effect: Extract<ClientEffect, { kind: 'deliver' }>): void => {
    const culprits = effect.resources.filter(({ bytes }) => contentOf(bytes).includes('bad'))
    if (culprits.length > 0) {
      const error = options.blames === false ? 'no good'
        : options.blames === 'pieces' ? culprits.flatMap(({ name, bytes }) => contentOf(bytes).split(';').flatMap((piece, i) => (piece.includes('bad') ? [`${name}: pieces[${i}].value: no good`] : []))).join('\n')
          : `cannot use ${culprits.map(({ name }) => `'${name}'`).join(', ')}`
      return onClient({ kind: 'reject', typeUrl: effect.typeUrl, nonce: effect.nonce, error })
    }
    if (options.warms === true && effect.typeUrl === CLUSTER_TYPE) {
      const warming = new Set(effect.resources.filter(({ name, bytes }) => uses.get(CLUSTER_TYPE)?.get(name) !== contentOf(bytes)).map(({ name }) => name))
      const now = client.types.get(ENDPOINT_TYPE)?.subscription.names ?? new Set<string>()
      warm = { names: warming, then: () => take(effect) }
      const add = [...warming].filter((name) => !now.has(name))
      if (add.length > 0) onClient({ kind: 'subscribe', typeUrl: ENDPOINT_TYPE, add, remove: [] })
      return warmed([])
    }
    take(effect)
    if (effect.typeUrl === ENDPOINT_TYPE) warmed([...effect.resources.map(({ name }) => name), ...effect.removed])
  }
  let warm: { readonly names: Set<string>; readonly then: () => void } | undefined
  const warmed = (names: readonly string[]): void => {
    for (const name of names) warm?.names.delete(name)
    if (warm?.names.size !== 0) return
    const { then } = warm
    warm = undefined
    then()
  }
  const take = (effect: Extract<ClientEffect, { kind: 'deliver' }>): void => {
    const used = uses.get(effect.typeUrl) ?? new Map<string, string>()
    uses.set(effect.typeUrl, used)
    for (const { name, bytes } of effect.resources) used.set(name, contentOf(bytes))
    for (const name of effect.removed) used.delete(name)
    onClient({ kind: 'accept', typeUrl: effect.typeUrl, nonce: effect.nonce })
    if (options.followNames !== false) follow(effect.typeUrl, used)
  }
  const follow = (typeUrl: string, used: ReadonlyMap<string, string>): void => {
    const other = typeUrl === CLUSTER_TYPE ? ENDPOINT_TYPE : typeUrl === LISTENER_TYPE ? ROUTE_TYPE : undefined
    if (other === undefined) return
    const now = client.types.get(other)?.subscription.names ?? new Set<string>()
    const add = [...used.keys()].filter((name) => !now.has(name))
    const remove = [...now].filter((name) => !used.has(name))
    for (const name of remove) uses.get(other)?.delete(name)
    if (add.length + remove.length > 0) onClient({ kind: 'subscribe', typeUrl: other, add, remove })
  }
  const connect = (): void => {
    server = initialServerState(options.variant)
    ;[up, down] = [[], []]
    warm = undefined
    outstanding.clear()
    if (target) onServer({ kind: 'snapshot', snapshot: target })
    onClient({ kind: 'connected' })
  }
  const answered = (request: DeltaRequest | SotwRequest): void => {
    if (request.nonce !== '' && request.nonce === server.types.get(request.typeUrl)?.inFlight?.nonce) outstanding.set(request.typeUrl, (outstanding.get(request.typeUrl) ?? 1) - 1)
  }
  const made: Pair = {
    server: () => server,
    client: () => client,
    uses,
    rejections,
    sent: () => sent,
    mostOutstanding: () => most,
    publish(snapshot) {
      target = snapshot
      onServer({ kind: 'snapshot', snapshot })
    },
    subscribe: (typeUrl, add, remove = []) => onClient({ kind: 'subscribe', typeUrl, add, remove }),
    toServer() {
      const bytes = up.shift()
      if (!bytes) return false
      if (options.variant === 'delta') {
        const request = parseDeltaRequest(bytes)
        answered(request)
        onServer({ kind: 'delta-request', request })
      } else {
        const request = parseSotwRequest(bytes)
        answered(request)
        onServer({ kind: 'sotw-request', request })
      }
      return true
    },
    toClient() {
      const bytes = down.shift()
      if (!bytes) return false
      onClient({ kind: 'response', response: options.variant === 'delta' ? parseDeltaResponse(bytes) : parseSotwResponse(bytes) })
      return true
    },
    graceOver: () => onServer({ kind: 'grace-over', grace }),
    setWritable: (writable) => onServer({ kind: 'writable', writable }),
    reconnect() {
      onClient({ kind: 'disconnected' })
      connect()
    },
    settle() {
      for (let turns = 0; turns < 10_000; turns++) {
        if (made.toServer() || made.toClient()) continue
        const before = sent
        made.graceOver()
        if (sent === before) return
      }
      throw new Error('the pair does not come to rest')
    },
  }
  connect()
  return made
}
