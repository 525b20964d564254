/** A listener that lives: bound sockets, and the connections accepted on them. */
import type { ByteStream, Listening } from '../io/io-engine.ts'
import { sameValue } from '../config/same-value.ts'
import { formatAddress } from '../config/scalars.ts'
import { listenFailed } from '../errors.ts'
import type { HttpRuntime } from '../http/http-runtime.ts'
import type { LiveConnection } from '../network-filters/network-filter.ts'
import { ConnectionInfo } from '../stream/connection-info.ts'
import { Flag } from '../stream/response-flags.ts'
import { StreamInfo } from '../stream/stream-info.ts'
import type { Stat, StatsStore } from '../stats/stats-store.ts'
import type { TlsContexts } from '../upstream/tls-contexts.ts'
import type { CompiledChain, CompiledListener } from './compiled-listener.ts'
import { inspect, type Inspection } from './inspect.ts'
import { matchChain } from './match-chain.ts'

/** What listeners of one proxy share. */
export interface ListenerRuntime {
  readonly http: HttpRuntime
  readonly tls: TlsContexts
  readonly stats: StatsStore
  readonly nextConnectionId: () => number
}

interface Accepted {
  readonly chain: CompiledChain
  readonly live: LiveConnection
}

/** Bound once; its compiled form is replaced by updates. */
export class LiveListener {
  readonly name: string
  readonly #runtime: ListenerRuntime
  readonly #connections = new Set<Accepted>()
  readonly #counts: { readonly total: Stat; readonly active: Stat; readonly noChain: Stat; readonly sslError: Stat; readonly inspectTimeout: Stat }
  #compiled: CompiledListener
  #listening: Listening[] = []
  #stopped = false

  constructor(compiled: CompiledListener, runtime: ListenerRuntime) {
    this.name = compiled.name
    this.#compiled = compiled
    this.#runtime = runtime
    const address = compiled.addresses[0] ? formatAddress(compiled.addresses[0]).replaceAll(':', '_') : compiled.name
    const labels = [['envoy_listener_address', address]] as const
    const count = (name: string): Stat => runtime.stats.counter(`envoy_listener_${name}`, labels, `listener.${address}.${name}`)
    this.#counts = { total: count('downstream_cx_total'), active: runtime.stats.gauge('envoy_listener_downstream_cx_active', labels, `listener.${address}.downstream_cx_active`), noChain: count('no_filter_chain_match'), sslError: count('ssl_connection_error'), inspectTimeout: count('downstream_pre_cx_timeout') }
  }

  get compiled(): CompiledListener {
    return this.#compiled
  }

  get active(): number {
    return this.#connections.size
  }

  /** The addresses really bound (port 0 is resolved). */
  get addresses(): readonly Listening['address'][] {
    return this.#listening.map((listening) => listening.address)
  }

  /** Binds every address. @throws MeshError MESH0750 when one cannot be bound; none stays bound then. */
  async start(): Promise<void> {
    if (!this.#compiled.bind) return
    for (const address of this.#compiled.addresses) {
      try {
        const listening = await this.#runtime.http.engine.listen(address, { reusePort: this.#compiled.reusePort, backlog: this.#compiled.backlog }, (stream) => this.#accept(stream))
        this.#listening.push(listening)
      } catch (error) {
        await this.stopListening()
        throw listenFailed(this.name, formatAddress(address), error)
      }
    }
    if (this.#stopped) await this.stopListening()
  }

  /** Takes a new compiled form; connections of chains that are gone drain. */
  update(compiled: CompiledListener): void {
    this.#compiled = compiled
    for (const { chain, live } of this.#connections) if (!this.#isCurrent(chain)) live.drain()
  }

  #isCurrent(chain: CompiledChain): boolean {
    return this.#compiled.chains.includes(chain) || this.#compiled.fallback === chain
  }

  async stopListening(): Promise<void> {
    this.#stopped = true
    const open = this.#listening
    this.#listening = []
    await Promise.all(open.map((listening) => listening.close()))
  }

  drain(): void {
    for (const { live } of this.#connections) live.drain()
  }

  closeAll(): void {
    for (const { live } of [...this.#connections]) live.close()
  }

  #accept(stream: ByteStream): void {
    const { http } = this.#runtime
    this.#counts.total.value++
    this.#counts.active.value++
    const info = new ConnectionInfo(this.#runtime.nextConnectionId(), this.name, this.#compiled.direction, stream.localAddress, stream.remoteAddress, http.clock.now())
    const listener = this.#compiled
    const { tlsInspector, httpInspector } = listener
    const rule = {
      tls: tlsInspector !== undefined && !tlsInspector.disabledFor(info.localPort),
      http: httpInspector !== undefined && !httpInspector.disabledFor(info.localPort),
      timeoutMs: listener.inspectTimeoutMs,
      continueOnTimeout: listener.continueOnTimeout,
    }
    inspect(stream, rule, http.clock, (found) => (found ? this.#route(stream, info, found) : this.#gone(info)))
  }

  #chainFor(info: ConnectionInfo, found: Inspection): CompiledChain | undefined {
    const { chains, fallback } = this.#compiled
    return matchChain(chains, { local: info.localAddress, remote: info.remoteAddress, ...found }) ?? fallback
  }

  #route(stream: ByteStream, info: ConnectionInfo, found: Inspection): void {
    info.requestedServerName = found.serverName
    const chain = this.#chainFor(info, found)
    if (!chain?.filters.terminal) {
      this.#counts.noChain.value++
      this.#logRefused(info, Flag.NoRoute, chain ? '' : 'filter_chain_not_found')
      stream.destroy()
      return this.#gone(info)
    }
    if (chain.socket.kind === 'raw') return this.#hand(chain, stream, info)
    info.filterChain = chain.name
    const context = this.#runtime.tls.get(chain.socket)
    if ('missing' in context) {
      info.transportFailure = `TLS_error: secret ${context.missing} is not supplied by SDS`
      this.#logRefused(info, Flag.DownstreamConnectionTermination, '')
      stream.destroy()
      return this.#gone(info)
    }
    this.#runtime.http.engine.startTls(stream, context, { timeoutMs: chain.handshakeTimeoutMs }, (result) => {
      if ('failure' in result) {
        this.#counts.sslError.value++
        info.transportFailure = `TLS_error: ${result.detail}`
        this.#logRefused(info, Flag.DownstreamConnectionTermination, '')
        return this.#gone(info)
      }
      info.tls = result.tls
      if (info.requestedServerName === '' && result.tls?.sni !== undefined) info.requestedServerName = result.tls.sni
      this.#hand(this.#afterHandshake(chain, info, found), result, info)
    })
  }

  /** A handshake takes its time: rules that came meanwhile hold for its connection too, unless they want another handshake. */
  #afterHandshake(chain: CompiledChain, info: ConnectionInfo, found: Inspection): CompiledChain {
    const newest = this.#isCurrent(chain) ? chain : this.#chainFor(info, found)
    return newest?.filters.terminal && sameValue(newest.wire.transportSocket, chain.wire.transportSocket) ? newest : chain
  }

  #hand(chain: CompiledChain, stream: ByteStream, info: ConnectionInfo): void {
    const { terminal, gates } = chain.filters
    if (!terminal) return
    info.filterChain = chain.name
    const { http } = this.#runtime
    for (const gate of gates) {
      if (gate.admit({ stream, info, runtime: http })) continue
      this.#logRefused(info, 0, '')
      return this.#gone(info)
    }
    let over = false
    const held: { accepted?: Accepted } = {}
    const live = terminal.take({ stream, info, runtime: http }, () => {
      over = true
      if (held.accepted) this.#connections.delete(held.accepted)
      this.#gone(info)
    })
    // It may have ended within the call (no such cluster, no host).
    if (over) return
    held.accepted = { chain, live }
    this.#connections.add(held.accepted)
    if (this.#stopped || !this.#isCurrent(chain)) live.drain()
  }

  #gone(info: ConnectionInfo): void {
    this.#counts.active.value--
    info.gone()
  }

  #logRefused(connection: ConnectionInfo, flag: number, details: string): void {
    const { accessLogs } = this.#compiled
    if (accessLogs.length === 0) return
    const { http } = this.#runtime
    const info = new StreamInfo(connection, connection.startMs, http.clock.monotonic())
    info.endMono = info.startMono
    info.flags = flag
    info.responseCodeDetails = details
    for (const log of accessLogs) if (log.accepts(info)) http.logs.write(log.path, log.print(info))
  }
}
