/** Keeps one client session alive over streams that come and go. */
import type { Cancel, Clock } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import { initialClientState, type ClientState } from '../client-session/state.ts'
import { stepClient, type ClientEffect, type ClientEvent, type Delivered } from '../client-session/step.ts'
import type { XdsVariant } from '../server-session/state.ts'
import { formatDeltaRequest, formatSotwRequest } from '../wire/discovery-requests.ts'
import { parseDeltaResponse, parseSotwResponse } from '../wire/discovery-responses.ts'
import type { StreamTransport } from './stream-transport.ts'

/** How long to wait between attempts. */
export interface BackoffOptions {
  /** First delay; default 100 ms, because a restarted istiod is back at once. */
  readonly initialMs: number
  /** Longest delay; default 30 s (Envoy). A local mesh uses 5 s. */
  readonly maxMs: number
}

/** What a client needs. */
export interface XdsClientDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Opens a stream; failures arrive as `onClose`. Called again for each attempt, so it may use fresh certificates. */
  readonly dial: (variant: XdsVariant) => StreamTransport
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number
}

/** What a client is told. Answer each response by `accept` or `reject`, in order; it may be later. */
export interface XdsClientEvents {
  onResponse(response: Delivered): void
  /** The server answered on a new stream. */
  onConnected?(): void
  onDisconnected?(detail: string): void
}

/** A client that reconnects until closed; subscriptions and accepted versions survive, so a reconnect costs nothing. */
export interface XdsClientConnection {
  /** Changes what is wanted of a type; `*` = all. Types are asked in the order of their first subscription. */
  subscribe(typeUrl: string, add: readonly string[], remove?: readonly string[]): void
  accept(typeUrl: string, nonce: string): void
  reject(typeUrl: string, nonce: string, error: string): void
  /** True after the server said something on the current stream. */
  readonly connected: boolean
  close(): void
}

/** Starts a client. `node` is an encoded `envoy.config.core.v3.Node`. */
export function xdsClient(
  deps: XdsClientDeps,
  options: { readonly node: Uint8Array; readonly variant?: XdsVariant; readonly backoff?: Partial<BackoffOptions> },
  events: XdsClientEvents,
): XdsClientConnection {
  return new Client(deps, { variant: options.variant ?? 'delta', node: options.node, backoff: { initialMs: 100, maxMs: 30_000, ...options.backoff } }, events)
}

class Client implements XdsClientConnection {
  readonly #deps: XdsClientDeps
  readonly #variant: XdsVariant
  readonly #backoff: BackoffOptions
  readonly #events: XdsClientEvents
  #state: ClientState
  #stream: StreamTransport | undefined
  #heard = false
  #closed = false
  #failures = 0
  #retry: Cancel | undefined

  constructor(deps: XdsClientDeps, options: { readonly variant: XdsVariant; readonly node: Uint8Array; readonly backoff: BackoffOptions }, events: XdsClientEvents) {
    this.#deps = deps
    this.#variant = options.variant
    this.#backoff = options.backoff
    this.#events = events
    this.#state = initialClientState(options.variant, options.node)
    this.#connect()
  }

  get connected(): boolean {
    return this.#heard
  }

  subscribe(typeUrl: string, add: readonly string[], remove: readonly string[] = []): void {
    this.#step({ kind: 'subscribe', typeUrl, add, remove })
  }

  accept(typeUrl: string, nonce: string): void {
    this.#step({ kind: 'accept', typeUrl, nonce })
  }

  reject(typeUrl: string, nonce: string, error: string): void {
    this.#step({ kind: 'reject', typeUrl, nonce, error })
  }

  close(): void {
    this.#closed = true
    this.#retry?.()
    this.#stream?.close('ok')
    this.#lose('closed by us')
  }

  #connect(): void {
    const stream = this.#deps.dial(this.#variant)
    this.#stream = stream
    stream.setEvents({
      onMessage: (bytes) => this.#onMessage(stream, bytes),
      onWritable: () => undefined,
      onClose: (detail) => {
        if (this.#stream !== stream) return
        this.#lose(detail)
        this.#scheduleRetry()
      },
    })
    this.#step({ kind: 'connected' })
  }

  #onMessage(stream: StreamTransport, bytes: Uint8Array): void {
    if (this.#stream !== stream) return
    if (!this.#heard) {
      this.#heard = true
      this.#failures = 0
      this.#events.onConnected?.()
    }
    try {
      this.#step({ kind: 'response', response: this.#variant === 'delta' ? parseDeltaResponse(bytes) : parseSotwResponse(bytes) })
    } catch (error) {
      this.#deps.telemetry.log.error('xDS: the server sent a message that cannot be read', { error })
      stream.close('invalid-argument')
      this.#lose('malformed response')
      this.#scheduleRetry()
    }
  }

  #lose(detail: string): void {
    if (!this.#stream) return
    this.#stream = undefined
    this.#heard = false
    this.#step({ kind: 'disconnected' })
    this.#events.onDisconnected?.(detail)
  }

  /** Exponential with full jitter on the upper half, so that a fleet does not come back in step. */
  #scheduleRetry(): void {
    if (this.#closed) return
    const ceiling = Math.min(this.#backoff.maxMs, this.#backoff.initialMs * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    this.#retry = this.#deps.clock.after(ceiling / 2 + (this.#deps.random() * ceiling) / 2, () => this.#connect())
  }

  #step(event: ClientEvent): void {
    const step = stepClient(this.#state, event)
    this.#state = step.state
    for (const effect of step.effects) this.#do(effect)
  }

  #do(effect: ClientEffect): void {
    switch (effect.kind) {
      case 'send-delta': return void this.#stream?.send(formatDeltaRequest(effect.request))
      case 'send-sotw': return void this.#stream?.send(formatSotwRequest(effect.request))
      case 'deliver': return this.#events.onResponse(effect)
    }
  }
}
