/** One stream of the server: who is asking, which snapshot is theirs, and what became of it. */
import { provenanceId, type Cancel } from '@istio-ts/foundation'
import { limitExceeded } from '../errors.ts'
import type { XdsMetrics } from '../metrics.ts'
import { parseNode } from '../node/parse-node.ts'
import type { ServerEffect, ServerEvent, StepContext } from '../server-session/events.ts'
import { initialServerState, isRefusing, refusedOf, type ServerState, type XdsVariant } from '../server-session/state.ts'
import { stepServer } from '../server-session/step.ts'
import type { SnapshotResource } from '../snapshot/snapshot.ts'
import { shortTypeName } from '../type-urls.ts'
import { parseDeltaRequest, parseSotwRequest, type DeltaRequest, type SotwRequest } from '../wire/discovery-requests.ts'
import type { ResponseEncoder } from '../wire/discovery-responses.ts'
import type { RefusalLedger } from './refusal-ledger.ts'
import type { StreamPeer, StreamStatus, StreamTransport } from './stream-transport.ts'
import type { ConnectionInfo, ConnectionType, Feed, Refusal, XdsClient, XdsServerDeps, XdsServerOptions } from './server-seam.ts'

/** What the connections of one server have in common. */
export interface Shared {
  readonly deps: XdsServerDeps
  readonly options: XdsServerOptions
  readonly context: StepContext
  readonly encoder: ResponseEncoder
  readonly metrics: XdsMetrics
  readonly nextId: () => number
  readonly refusals: RefusalLedger
}

type AnyRequest = DeltaRequest | SotwRequest

/** One stream from its first byte to its last. */
export class Connection {
  readonly #shared: Shared
  readonly #transport: StreamTransport
  readonly #variant: XdsVariant
  readonly #peer: StreamPeer
  readonly #onEnd: () => void
  readonly #connectedAt: number
  /** Requests that came while the feed was being opened. */
  #waiting: AnyRequest[] = []
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
    this.#feed?.asked?.(request.typeUrl, names)
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
    const before = this.#state
    const step = stepServer(before, event, this.#shared.context)
    this.#state = step.state
    for (const effect of step.effects) this.#do(effect)
    this.#tellRefusals(before)
  }

  /** What the client refuses changes with what it is sent and what it says. */
  #tellRefusals(before: ServerState): void {
    if (this.#ended || !this.#client || before.types === this.#state.types) return
    for (const type of this.#state.types.values()) {
      const old = before.types.get(type.typeUrl)
      if (old?.quarantine === type.quarantine && old.trials === type.trials) continue
      if (old || isRefusing(type)) this.#shared.refusals.set(this.#client, type.typeUrl, refusedOf(type))
    }
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
      case 'accepted': return this.#measure()
      case 'rejected': {
        const client = this.#client
        if (!client) return
        metrics.rejects.add(1, {})
        metrics.rejectsOf(effect.typeUrl)?.add(1, { node: client.node.id, err: 'rejected' })
        const from = effect.refused.flatMap((refused) => refused.from.slice(0, 1).map(provenanceId))
        deps.telemetry.log.warn('ADS: rejected by the proxy', { con: client.connectionId, type: shortTypeName(effect.typeUrl), names: [...new Set(effect.refused.map(({ name }) => name))], from: [...new Set(from)], detail: effect.detail })
        return
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

  #close(detail: string): void {
    if (this.#ended) return
    this.#ended = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels = []
    this.#onEnd()
    const client = this.#client
    if (!client) return
    for (const typeUrl of this.#state.types.keys()) this.#shared.refusals.set(client, typeUrl, [])
    this.#shared.deps.telemetry.log.info('ADS: connection ended', { con: client.connectionId, detail })
  }
}
