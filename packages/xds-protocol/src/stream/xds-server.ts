/** Runs server sessions on streams: who is asking, which snapshot is theirs, and what to tell about it. */
import type { Cancel, Clock, Diagnostic } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { refusedByProxy } from '../diagnostics.ts'
import { limitExceeded } from '../errors.ts'
import { xdsMetrics, type XdsMetrics } from '../metrics.ts'
import { parseNode, type XdsNode } from '../node/parse-node.ts'
import { stepContext, type ServerEffect, type ServerEvent, type StepContext } from '../server-session/events.ts'
import { initialServerState, type ServerState, type XdsVariant } from '../server-session/state.ts'
import { stepServer } from '../server-session/step.ts'
import type { Snapshot, SnapshotResource } from '../snapshot/snapshot.ts'
import { shortTypeName } from '../type-urls.ts'
import { parseDeltaRequest, parseSotwRequest, type DeltaRequest, type SotwRequest } from '../wire/discovery-requests.ts'
import { responseEncoder, type ResponseEncoder } from '../wire/discovery-responses.ts'
import type { StreamPeer, StreamStatus, StreamTransport } from './stream-transport.ts'

/** A client that has introduced itself. */
export interface XdsClient {
  /** Unique among the connections of this server: `<node id>-<number>`, as Istio's connection ids. */
  readonly connectionId: string
  readonly node: XdsNode
  readonly peer: StreamPeer
}

/** The configuration of one client over time. */
export interface Feed {
  current(): Snapshot
  /** Calls back whenever `current()` has changed. */
  onChange(listener: () => void): Cancel
  /** Resources of types that are no configuration (`istio.io/debug`): answered when asked, never pushed. */
  onDemand?(typeUrl: string, names: readonly string[]): readonly SnapshotResource[] | undefined
}

/** Why a client gets nothing. */
export interface Refusal {
  readonly refused: Extract<StreamStatus, 'unauthenticated' | 'permission-denied' | 'invalid-argument' | 'unavailable' | 'internal'>
  /** Sent to the client; must not tell more than it may know. */
  readonly detail: string
}

/** Decides who may ask and what they get; called once per stream, with its first request. */
export type FeedSource = (client: XdsClient) => Feed | Refusal | Promise<Feed | Refusal>

/** Limits on what a client may cost. */
export interface XdsServerOptions {
  /** How long listeners wait for endpoints of new clusters that a client does not ask for. Default 200 ms: a round trip, generously. */
  readonly graceMs: number
  /** Names a client may subscribe per type. Default 200,000: twice the largest mesh known. */
  readonly maxNames: number
  /** Types a client may ask. Default 64. */
  readonly maxTypes: number
  /** What clients see as `control_plane.identifier`. */
  readonly controlPlane: string
}

/** What a server needs. */
export interface XdsServerDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly feeds: FeedSource
  /** Told of each resource that a proxy refused, and again with `undefined` when it takes a newer one. */
  readonly onDiagnostics?: (connectionId: string, typeUrl: string, diagnostics: readonly Diagnostic[]) => void
}

/** State of one type of a connection, as `proxy-status` shows it. */
export interface ConnectionType {
  readonly typeUrl: string
  readonly sentNonce: string
  readonly ackedNonce: string
  readonly error?: string
  readonly subscribed: 'all' | readonly string[]
}

/** A connection as debug endpoints show it. */
export interface ConnectionInfo {
  readonly client: XdsClient
  readonly variant: XdsVariant
  /** Wall clock, milliseconds. */
  readonly connectedAt: number
  readonly types: readonly ConnectionType[]
  readonly snapshot: Snapshot
}

/** A running server; streams come from a shell (`./grpc`) or from tests. */
export interface XdsServer {
  accept(transport: StreamTransport, variant: XdsVariant, peer: StreamPeer): void
  connections(): readonly ConnectionInfo[]
  /** Ends all streams with `unavailable`, so that clients go elsewhere or come back. */
  close(): void
}

const defaults: XdsServerOptions = { graceMs: 200, maxNames: 200_000, maxTypes: 64, controlPlane: '' }

/** Makes a server. */
export function xdsServer(deps: XdsServerDeps, options: Partial<XdsServerOptions> = {}): XdsServer {
  const connections = new Set<Connection>()
  const shared: Shared = {
    deps,
    options: { ...defaults, ...options },
    context: stepContext(),
    encoder: responseEncoder(options.controlPlane),
    metrics: xdsMetrics(deps.telemetry.meter, () => connections.size),
    nextId: idCounter(),
  }
  return {
    accept(transport, variant, peer) {
      const connection = new Connection(shared, transport, variant, peer, () => connections.delete(connection))
      connections.add(connection)
    },
    connections: () => [...connections].flatMap((connection) => connection.info() ?? []),
    close: () => {
      for (const connection of connections) connection.end('unavailable', 'the server is going down')
    },
  }
}

const idCounter = (): (() => number) => {
  let last = 0
  return () => ++last
}

interface Shared {
  readonly deps: XdsServerDeps
  readonly options: XdsServerOptions
  readonly context: StepContext
  readonly encoder: ResponseEncoder
  readonly metrics: XdsMetrics
  readonly nextId: () => number
}

type AnyRequest = DeltaRequest | SotwRequest

/** One stream from its first byte to its last. */
class Connection {
  readonly #shared: Shared
  readonly #transport: StreamTransport
  readonly #variant: XdsVariant
  readonly #peer: StreamPeer
  readonly #onEnd: () => void
  readonly #connectedAt: number
  /** Requests that came while the feed was being opened. */
  #waiting: AnyRequest[] = []
  /** Types of which something is refused. */
  readonly #refused = new Set<string>()
  #state: ServerState
  #client: XdsClient | undefined
  #feed: Feed | undefined
  #cancels: Cancel[] = []
  #ended = false
  /** When the oldest change happened that the client has not acknowledged yet. */
  #changedAt: number | undefined

  constructor(shared: Shared, transport: StreamTransport, variant: XdsVariant, peer: StreamPeer, onEnd: () => void) {
    this.#shared = shared
    this.#transport = transport
    this.#variant = variant
    this.#peer = peer
    this.#onEnd = onEnd
    this.#connectedAt = shared.deps.clock.now()
    this.#state = initialServerState(variant)
    transport.setEvents({
      onMessage: (bytes) => this.#onMessage(bytes),
      onWritable: () => this.#step({ kind: 'writable', writable: true }),
      onClose: (detail) => this.#close(detail),
    })
  }

  info(): ConnectionInfo | undefined {
    if (!this.#client || !this.#feed) return undefined
    const types = [...this.#state.types.values()].map((type): ConnectionType => ({
      typeUrl: type.typeUrl,
      sentNonce: type.sentNonce,
      ackedNonce: type.ackedNonce,
      subscribed: type.subscription.wildcard ? 'all' : [...type.subscription.names],
      ...(type.lastError === undefined ? {} : { error: type.lastError }),
    }))
    return { client: this.#client, variant: this.#variant, connectedAt: this.#connectedAt, types, snapshot: this.#feed.current() }
  }

  end(status: StreamStatus, detail: string): void {
    if (this.#ended) return
    this.#transport.close(status, detail)
    this.#close(detail)
  }

  #onMessage(bytes: Uint8Array): void {
    if (this.#ended) return
    try {
      const request = this.#variant === 'delta' ? parseDeltaRequest(bytes) : parseSotwRequest(bytes)
      if (this.#feed) this.#onRequest(request)
      else this.#beforeFeed(request)
    } catch (error) {
      this.#shared.metrics.internalErrors.add()
      this.end('invalid-argument', error instanceof Error ? error.message : 'malformed request')
    }
  }

  #beforeFeed(request: AnyRequest): void {
    this.#waiting.push(request)
    if (this.#waiting.length > this.#shared.options.maxTypes) throw limitExceeded('requests before the first answer', this.#shared.options.maxTypes)
    if (this.#waiting.length > 1) return
    if (!request.node) return this.end('invalid-argument', 'the first request has no node')
    const node = parseNode(request.node)
    this.#client = { connectionId: `${node.id}-${this.#shared.nextId()}`, node, peer: this.#peer }
    const opened = this.#shared.deps.feeds(this.#client)
    if (!(opened instanceof Promise)) return this.#open(opened)
    opened.then((feed) => this.#open(feed), (error: unknown) => this.#open({ refused: 'internal', detail: 'the client could not be served' }, error))
  }

  #open(opened: Feed | Refusal, cause?: unknown): void {
    const { log } = this.#shared.deps.telemetry
    if (this.#ended) return
    if ('refused' in opened) {
      log.warn('ADS: refused', { peer: this.#peer.address, node: this.#client?.node.id ?? '', status: opened.refused, detail: opened.detail, ...(cause === undefined ? {} : { cause }) })
      return this.end(opened.refused, opened.detail)
    }
    log.info('ADS: new connection', { con: this.#client?.connectionId ?? '', peer: this.#peer.address, security: this.#peer.security, variant: this.#variant })
    this.#feed = opened
    this.#step({ kind: 'snapshot', snapshot: opened.current() })
    this.#cancels.push(opened.onChange(() => {
      this.#changedAt ??= this.#shared.deps.clock.monotonic()
      this.#step({ kind: 'snapshot', snapshot: opened.current() })
      if (!this.#busy()) this.#changedAt = undefined
    }))
    const waiting = this.#waiting
    this.#waiting = []
    for (const request of waiting) this.#onRequest(request)
  }

  #onRequest(request: AnyRequest): void {
    if (this.#ended) return
    if (request.typeUrl === '') return this.end('invalid-argument', 'a request has no type_url')
    if (!this.#state.types.has(request.typeUrl) && this.#state.types.size >= this.#shared.options.maxTypes) throw limitExceeded('types', this.#shared.options.maxTypes)
    const names = 'subscribe' in request ? request.subscribe : request.names
    if (names.length + (this.#state.types.get(request.typeUrl)?.subscription.names.size ?? 0) > this.#shared.options.maxNames * (this.#variant === 'sotw' ? 2 : 1)) {
      throw limitExceeded('subscribed names', this.#shared.options.maxNames)
    }
    const answer = this.#feed?.onDemand?.(request.typeUrl, names)
    if (answer) return this.#answerOnDemand(request, answer)
    this.#step('subscribe' in request ? { kind: 'delta-request', request } : { kind: 'sotw-request', request })
  }

  /** On-demand answers stand outside the session: an acknowledgement (it has a nonce) is not asked again. */
  #answerOnDemand(request: AnyRequest, resources: readonly SnapshotResource[]): void {
    if (request.nonce !== '') return
    const response = { typeUrl: request.typeUrl, nonce: `demand-${this.#shared.nextId()}`, version: '', resources, removed: [] }
    this.#transport.send(this.#variant === 'delta' ? this.#shared.encoder.delta(response) : this.#shared.encoder.sotw(response))
  }

  #step(event: ServerEvent): void {
    if (this.#ended) return
    const step = stepServer(this.#state, event, this.#shared.context)
    this.#state = step.state
    for (const effect of step.effects) this.#do(effect)
    this.#forgetRefusals()
  }

  /** A refused version that was taken back needs no answer: the client holds what is wanted again. */
  #forgetRefusals(): void {
    for (const typeUrl of this.#refused) if (this.#state.types.get(typeUrl)?.quarantine.size === 0) this.#tellDiagnostics(typeUrl, [])
  }

  #do(effect: ServerEffect): void {
    const { metrics, deps, options, encoder } = this.#shared
    switch (effect.kind) {
      case 'send': {
        const bytes = this.#variant === 'delta' ? encoder.delta(effect.response) : encoder.sotw(effect.response)
        metrics.pushes.add(1, { type: shortTypeName(effect.response.typeUrl) })
        metrics.configSize.record(bytes.length, { type: shortTypeName(effect.response.typeUrl) })
        deps.telemetry.log.debug('ADS: push', { con: this.#client?.connectionId, type: shortTypeName(effect.response.typeUrl), resources: effect.response.resources.length, removed: effect.response.removed.length, size: bytes.length })
        if (!this.#transport.send(bytes)) this.#step({ kind: 'writable', writable: false })
        return
      }
      case 'accepted':
        this.#measure()
        return this.#tellDiagnostics(effect.typeUrl, [])
      case 'rejected': {
        const client = this.#client
        if (!client) return
        metrics.rejects.add(1, {})
        metrics.rejectsOf(effect.typeUrl)?.add(1, { node: client.node.id, err: 'rejected' })
        deps.telemetry.log.warn('ADS: rejected by the proxy', { con: client.connectionId, type: shortTypeName(effect.typeUrl), names: effect.names, detail: effect.detail })
        return this.#tellDiagnostics(effect.typeUrl, effect.names.length === 0 ? [] : [refusedByProxy(client.node.id, effect)])
      }
      case 'grace':
        this.#cancels.push(deps.clock.after(options.graceMs, () => this.#step({ kind: 'grace-over', grace: effect.grace })))
    }
  }

  #busy(): boolean {
    return [...this.#state.types.values()].some((type) => type.inFlight !== undefined)
  }

  #measure(): void {
    if (this.#changedAt === undefined || this.#busy()) return
    const seconds = (this.#shared.deps.clock.monotonic() - this.#changedAt) / 1000
    this.#changedAt = undefined
    this.#shared.metrics.convergence.record(seconds)
    this.#shared.metrics.eventToAck.record(seconds)
  }

  /** Refusals stay known until each refused version was replaced. */
  #tellDiagnostics(typeUrl: string, fresh: readonly Diagnostic[]): void {
    const client = this.#client
    if (!client || !this.#shared.deps.onDiagnostics) return
    const quarantined = this.#state.types.get(typeUrl)?.quarantine.size ?? 0
    if (fresh.length === 0 && quarantined > 0) return
    if (fresh.length > 0) this.#refused.add(typeUrl)
    else this.#refused.delete(typeUrl)
    this.#shared.deps.onDiagnostics(client.connectionId, typeUrl, fresh)
  }

  #close(detail: string): void {
    if (this.#ended) return
    this.#ended = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels = []
    this.#onEnd()
    const client = this.#client
    if (!client) return
    for (const typeUrl of this.#state.types.keys()) this.#shared.deps.onDiagnostics?.(client.connectionId, typeUrl, [])
    this.#shared.deps.telemetry.log.info('ADS: connection ended', { con: client.connectionId, detail })
  }
}
