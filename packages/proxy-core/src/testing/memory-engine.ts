/** An IO engine without IO: a whole network in one process, for tests that must be fast and the same every time. */
import type { Clock } from '@istio-ts/foundation'
import { addressInUse } from '../io/errors.ts'
import { formatAddress, type Address, type ByteStream, type IoEngine, type Listening, type StreamEvents, type TlsContext, type TlsContextOptions } from '../io/io-engine.ts'
import { relayStreams } from '../io/relay.ts'
import { type MemoryStream, memoryPair, type MemoryPairOptions } from './memory-stream.ts'

/** Options of {@link memoryEngine}. */
export interface MemoryEngineOptions extends Omit<MemoryPairOptions, 'clock'> {
  readonly clock: Clock
  /** Who does TLS (the net engine can, on any stream). Without it `startTls` fails with `tls`. */
  readonly tls?: Pick<IoEngine, 'tlsContext' | 'startTls'>
}

/** The engine and what a test can do to its network. */
export interface MemoryEngine extends IoEngine {
  /** Connects to this address neither succeed nor fail until their timeout (a dropped SYN). Call with false to heal. */
  blackhole(address: Address, on?: boolean): void
  /** Breaks every open connection to this address as a reset would. */
  cut(address: Address): void
  /** Connections made so far. */
  readonly connects: number
}

/** Makes an empty network. Loopback and wildcard listeners are found as on a real host. */
export const memoryEngine = (options: MemoryEngineOptions): MemoryEngine => new Network(options)

type Accept = (stream: ByteStream) => void

class Network implements MemoryEngine {
  readonly name = 'memory'
  connects = 0
  private readonly options: MemoryEngineOptions
  private readonly listeners = new Map<string, Accept>()
  private readonly holes = new Set<string>()
  private readonly open = new Map<string, Set<MemoryStream>>()
  private nextPort = 32768

  constructor(options: MemoryEngineOptions) {
    this.options = options
  }

  listen(address: Address, options: { readonly reusePort?: boolean }, onAccept: Accept): Promise<Listening> {
    const bound: Address = address.kind === 'ip' && address.port === 0 ? { ...address, port: this.nextPort++ } : address
    const key = formatAddress(bound)
    if (this.listeners.has(key) && options.reusePort !== true) return Promise.reject(addressInUse(bound, undefined))
    this.listeners.set(key, onAccept)
    return Promise.resolve({
      address: bound,
      close: () => {
        if (this.listeners.get(key) === onAccept) this.listeners.delete(key)
        return Promise.resolve()
      },
    })
  }

  connect(address: Address, options: { readonly timeoutMs: number }, events: StreamEvents & { onConnect(stream: ByteStream): void }): ByteStream {
    this.connects++
    const key = formatAddress(address)
    const local: Address = address.kind === 'ip' ? { kind: 'ip', ip: address.ip, port: this.nextPort++ } : address
    const [client, server] = memoryPair(local, address, this.options)
    client.setEvents(events)
    if (this.holes.has(key)) {
      this.options.clock.after(options.timeoutMs, () => client.lose('timeout', `no connection within ${options.timeoutMs} ms`))
      return client
    }
    queueMicrotask(() => this.establish(key, address, client, server, events))
    return client
  }

  private establish(key: string, address: Address, client: MemoryStream, server: MemoryStream, events: { onConnect(stream: ByteStream): void }): void {
    const accept = this.listeners.get(key) ?? this.wildcard(address)
    if (!accept) return client.lose('refused', `connect ECONNREFUSED ${key}`)
    const streams = this.open.get(key) ?? new Set()
    this.open.set(key, streams.add(client))
    events.onConnect(client)
    client.opened()
    server.opened()
    accept(server)
  }

  private wildcard(address: Address): Accept | undefined {
    if (address.kind === 'pipe') return undefined
    return this.listeners.get(`0.0.0.0:${address.port}`) ?? this.listeners.get(`[::]:${address.port}`)
  }

  blackhole(address: Address, on = true): void {
    if (on) this.holes.add(formatAddress(address))
    else this.holes.delete(formatAddress(address))
  }

  cut(address: Address): void {
    const key = formatAddress(address)
    for (const stream of this.open.get(key) ?? []) stream.cut()
    this.open.delete(key)
  }

  tlsContext(options: TlsContextOptions): TlsContext {
    return this.options.tls ? this.options.tls.tlsContext(options) : { side: options.side, id: 'none' }
  }

  startTls(stream: ByteStream, context: TlsContext, options: { readonly timeoutMs: number }, done: Parameters<IoEngine['startTls']>[3]): void {
    if (this.options.tls) this.options.tls.startTls(stream, context, options, done)
    else queueMicrotask(() => done({ failure: 'tls', detail: 'this memory engine was made without TLS' }))
  }

  relay(a: ByteStream, b: ByteStream, onDone: Parameters<IoEngine['relay']>[2], idleTimeoutMs?: number): ReturnType<IoEngine['relay']> {
    const { clock } = this.options
    return relayStreams(a, b, onDone, idleTimeoutMs === undefined ? { clock } : { clock, idleTimeoutMs })
  }
}
