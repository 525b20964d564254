/** The proxy that lives: takes updates, keeps listeners and clusters in step with them, and carries traffic. */
import { MeshError, type Cancel, type Clock, type Diagnostic } from '@istio-ts/foundation'
import { LogWriter, type LogSink } from './access-log/log-writer.ts'
import { compile, type ExpireUpdate, type ResourceUpdate } from './config/compile.ts'
import { EMPTY_CONFIG, type RuntimeConfig } from './config/runtime-config.ts'
import { formatAddress } from './config/scalars.ts'
import { missingOfCluster, missingOfListener } from './config/warming.ts'
import { callbackThrew } from './errors.ts'
import type { HttpRuntime } from './http/http-runtime.ts'
import { requestIds } from './http/request-id.ts'
import type { Address, IoEngine } from './io/io-engine.ts'
import { LiveListener, type ListenerRuntime } from './listener/live-listener.ts'
import type { Codecs } from './ports/codecs.ts'
import type { Resolver } from './ports/resolver.ts'
import { localWorkload, type LocalWorkload } from './stats/local-workload.ts'
import { PeerMetadataCache } from './stats/peer-metadata.ts'
import { StatsStore } from './stats/stats-store.ts'
import { NameCache } from './upstream/name-cache.ts'
import { secretProblem, TlsContexts } from './upstream/tls-contexts.ts'
import { Upstream, type UpstreamDeps } from './upstream/upstream.ts'

/** What a proxy is made of. */
export interface ProxyDeps {
  readonly engine: IoEngine
  readonly codecs: Codecs
  readonly clock: Clock
  /** Numbers in [0, 1). */
  readonly random: () => number
  /** Makes request ids; default: UUIDs from `random`. A platform's own is quicker. */
  readonly newRequestId?: () => string
  readonly resolver: Resolver
  readonly node: { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }
  readonly hostname: string
  readonly environment: (name: string) => string | undefined
  readonly logSink: LogSink
  /** Runs the writing of collected access log lines after a while (tens of milliseconds). */
  readonly schedule: (action: () => void) => void
  /** See HttpRuntime.explain; default false. */
  readonly explain?: boolean
  /** Problems of ours and of the world: a port in use, a bug in a callback. */
  readonly onError: (error: MeshError) => void
}

/** How long Envoy waits for a dependency that gives no limit of its own. */
const FETCH_TIMEOUT_MS = 15_000

/** One proxy. `apply` is synchronous; binding of listeners follows. */
export class Proxy {
  readonly stats = new StatsStore()
  readonly local: LocalWorkload
  readonly http: HttpRuntime
  readonly startedMs: number
  readonly #deps: ProxyDeps
  readonly #tls: TlsContexts
  readonly #upstreamDeps: UpstreamDeps
  readonly #listenerRuntime: ListenerRuntime
  readonly #upstreams = new Map<string, Upstream>()
  readonly #draining = new Set<Upstream>()
  readonly #listeners = new Map<string, LiveListener>()
  readonly #retired = new Set<LiveListener>()
  readonly #failed = new Map<string, string>()
  readonly #fetchTimers = new Map<string, Cancel>()
  readonly #observers = new Set<() => void>()
  #ownAddresses: ReadonlySet<string> = new Set()
  #config: RuntimeConfig = EMPTY_CONFIG
  #tick: Cancel
  #binding = 0
  #closing: Promise<unknown> = Promise.resolve()
  #connections = 0
  #drained = false

  constructor(deps: ProxyDeps) {
    this.#deps = deps
    this.startedMs = deps.clock.now()
    this.local = localWorkload(deps.node.id, deps.node.metadata)
    this.#tls = new TlsContexts(deps.engine, (name) => this.#config.secrets.get(name)?.compiled)
    this.#upstreamDeps = {
      engine: deps.engine, codecs: deps.codecs, clock: deps.clock, random: deps.random, resolver: deps.resolver, stats: this.stats, tls: this.#tls,
      isOwnListener: (address) => this.isOwnListener(address),
    }
    const names = new NameCache(deps.resolver, deps.clock)
    this.http = {
      engine: deps.engine, codecs: deps.codecs, clock: deps.clock, random: deps.random, local: this.local,
      logs: new LogWriter(deps.logSink, deps.schedule),
      peers: new PeerMetadataCache(),
      newRequestId: deps.newRequestId ?? requestIds(deps.random),
      upstream: (name) => this.upstream(name),
      routes: (name) => this.#config.routes.get(name)?.compiled,
      resolveCached: (host, family, done) => names.lookup(host, family, done),
      explain: deps.explain ?? false,
      onBug: (where, error) => deps.onError(callbackThrew(where, error)),
    }
    this.#listenerRuntime = { http: this.http, tls: this.#tls, stats: this.stats, nextConnectionId: () => ++this.#connections }
    this.#tick = deps.clock.after(TICK_MS, () => this.#housekeeping())
  }

  get config(): RuntimeConfig {
    return this.#config
  }

  get listeners(): ReadonlyMap<string, LiveListener> {
    return this.#listeners
  }

  /** Listeners that could not be bound, with the reason. */
  get failedListeners(): ReadonlyMap<string, string> {
    return this.#failed
  }

  /** True if every active listener is bound and nothing waits. */
  get listening(): boolean {
    if (this.#binding > 0) return false
    for (const [name, entry] of this.#config.listeners) if (!entry.active || (entry.active.compiled.bind && !this.#listeners.has(name))) return false
    return true
  }

  /** Connections in progress. */
  get activeConnections(): number {
    let sum = 0
    for (const listener of [...this.#listeners.values(), ...this.#retired]) sum += listener.active
    return sum
  }

  /** Takes one update whole, or refuses it whole: then the problems are for the NACK and nothing has changed. */
  apply(update: ResourceUpdate | ExpireUpdate): readonly Diagnostic[] {
    const { engine, environment, hostname, clock } = this.#deps
    const result = compile(this.#config, update, { environment: { hostname, environment }, stats: this.stats, local: this.local, nowMs: clock.now(), secretProblem: (secret) => secretProblem(engine, secret) })
    if (result.problems.length > 0) return result.problems
    this.#config = result.config
    this.#reconcileUpstreams()
    this.#reconcileListeners()
    this.#watchFetches()
    for (const observer of this.#observers) observer()
    return []
  }

  /** Calls an observer after each accepted update and each change of bound listeners; returns how to stop that. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  /** The living cluster of a name, made on first use; undefined if it is not (yet) configured. */
  upstream(name: string): Upstream | undefined {
    const found = this.#upstreams.get(name)
    if (found) return found
    const cluster = this.#config.clusters.get(name)?.active?.compiled
    if (!cluster) return undefined
    const made = new Upstream(cluster, this.#config.endpoints.get(cluster.edsName)?.compiled, this.#upstreamDeps)
    this.#upstreams.set(name, made)
    return made
  }

  /** True for an address that one of our listeners is bound to (also by a wildcard address). */
  isOwnListener(address: Address): boolean {
    if (address.kind === 'pipe') return this.#ownAddresses.has(address.path)
    if (this.#ownAddresses.has(formatAddress(address))) return true
    // A wildcard listener answers on every local address; loopback is always one of them.
    const anyAddress = this.#ownAddresses.has(`0.0.0.0:${address.port}`) || this.#ownAddresses.has(`[::]:${address.port}`)
    if (anyAddress && (isLoopback(address.ip) || address.ip === '0.0.0.0' || address.ip === '::')) return true
    // Dialing the unspecified address reaches loopback.
    return (address.ip === '0.0.0.0' || address.ip === '::') && (this.#ownAddresses.has(`127.0.0.1:${address.port}`) || this.#ownAddresses.has(`[::1]:${address.port}`))
  }

  /** Stops accepting, lets running requests finish. */
  async drain(): Promise<void> {
    this.#drained = true
    await Promise.all([...this.#listeners.values()].map((listener) => listener.stopListening()))
    for (const listener of this.#listeners.values()) listener.drain()
  }

  /** Ends everything now. */
  async stop(): Promise<void> {
    this.#tick()
    for (const cancel of this.#fetchTimers.values()) cancel()
    this.#fetchTimers.clear()
    await this.drain()
    for (const listener of [...this.#listeners.values(), ...this.#retired]) listener.closeAll()
    for (const upstream of [...this.#upstreams.values(), ...this.#draining]) upstream.close()
    this.http.logs.flush()
  }

  #reconcileUpstreams(): void {
    const { clusters, endpoints } = this.#config
    for (const [name, upstream] of this.#upstreams) {
      const cluster = clusters.get(name)?.active?.compiled
      if (cluster !== upstream.config) {
        // Another configuration is another cluster: the old one serves what runs on it.
        this.#upstreams.delete(name)
        this.#draining.add(upstream)
        upstream.drain()
        if (cluster && needsEarlyStart(cluster.kind)) this.upstream(name)
        continue
      }
      const assignment = cluster.kind === 'EDS' ? endpoints.get(cluster.edsName)?.compiled : undefined
      if (assignment && this.#assigned.get(upstream) !== assignment) upstream.setAssignment(assignment)
      if (assignment) this.#assigned.set(upstream, assignment)
    }
    for (const [name, entry] of clusters) if (entry.active && needsEarlyStart(entry.active.compiled.kind)) this.upstream(name)
  }

  readonly #assigned = new WeakMap<Upstream, object>()

  #reconcileListeners(): void {
    for (const [name, live] of this.#listeners) {
      const compiled = this.#config.listeners.get(name)?.active?.compiled
      if (compiled && sameAddresses(compiled.addresses, live.compiled.addresses) && compiled.bind === live.compiled.bind) {
        if (compiled !== live.compiled) live.update(compiled)
        continue
      }
      this.#listeners.delete(name)
      this.#retire(live)
    }
    for (const [name, entry] of this.#config.listeners) {
      const compiled = entry.active?.compiled
      if (!compiled || this.#listeners.has(name) || this.#drained) continue
      this.#open(new LiveListener(compiled, this.#listenerRuntime))
    }
    for (const name of this.#failed.keys()) if (!this.#config.listeners.has(name)) this.#failed.delete(name)
    this.#noteOwnAddresses()
  }

  #open(live: LiveListener): void {
    this.#listeners.set(live.name, live)
    this.#binding++
    // An address that an old listener is leaving is free only when its socket is closed.
    this.#closing.then(() => live.start()).then(
      () => this.#failed.delete(live.name),
      (error: unknown) => {
        this.#failed.set(live.name, error instanceof Error ? error.message : String(error))
        // Tried again with the next update, and by the slow tick.
        if (this.#listeners.get(live.name) === live) this.#listeners.delete(live.name)
        this.#deps.onError(error instanceof MeshError ? error : callbackThrew(`listener ${live.name}`, error))
      },
    ).finally(() => {
      this.#binding--
      this.#noteOwnAddresses()
      for (const observer of this.#observers) observer()
    })
  }

  #retire(live: LiveListener): void {
    this.#retired.add(live)
    const closed = live.stopListening().catch((error: unknown) => this.#deps.onError(callbackThrew(`closing listener ${live.name}`, error)))
    this.#closing = Promise.all([this.#closing, closed])
    live.drain()
  }

  #noteOwnAddresses(): void {
    const own = new Set<string>()
    for (const live of this.#listeners.values()) {
      for (const address of live.addresses) own.add(formatAddress(address))
      if (live.compiled.bind) for (const address of live.compiled.addresses) own.add(formatAddress(address))
    }
    this.#ownAddresses = own
  }

  /** Starts a timer for each dependency that is waited for, where its resource gives a limit. */
  #watchFetches(): void {
    const limits = new Map<string, number>()
    for (const entry of this.#config.clusters.values()) {
      const cluster = entry.warming?.compiled
      if (cluster && cluster.initialFetchTimeoutMs > 0) for (const name of missingOfCluster(this.#config, cluster)) limits.set(name, cluster.initialFetchTimeoutMs)
    }
    for (const entry of this.#config.listeners.values()) {
      const listener = entry.warming?.compiled
      for (const name of listener ? missingOfListener(this.#config, listener) : []) {
        const limitMs = listener?.fetchTimeouts.get(name) ?? FETCH_TIMEOUT_MS
        if (limitMs > 0) limits.set(name, Math.min(limits.get(name) ?? Infinity, limitMs))
      }
    }
    for (const [name, cancel] of this.#fetchTimers) {
      if (limits.has(name)) continue
      cancel()
      this.#fetchTimers.delete(name)
    }
    for (const [name, limitMs] of limits) {
      if (this.#fetchTimers.has(name)) continue
      this.#fetchTimers.set(name, this.#deps.clock.after(limitMs, () => {
        this.#fetchTimers.delete(name)
        this.apply({ kind: 'expire', names: [name] })
      }))
    }
  }

  #housekeeping(): void {
    const now = this.#deps.clock.monotonic()
    for (const upstream of this.#upstreams.values()) upstream.tick(now)
    for (const upstream of this.#draining) if (upstream.activeRequests === 0 && upstream.connections === 0) this.#draining.delete(upstream)
    for (const live of this.#retired) if (live.active === 0) this.#retired.delete(live)
    if (this.#failed.size > 0 && this.#binding === 0) this.#reconcileListeners()
    this.#tick = this.#deps.clock.after(TICK_MS, () => this.#housekeeping())
  }
}

/** Slow enough to cost nothing, quick enough for ejection times of a second. */
const TICK_MS = 1000

/** DNS clusters look names up from the start, so that the first request need not wait. */
const needsEarlyStart = (kind: string): boolean => kind === 'STRICT_DNS' || kind === 'LOGICAL_DNS'

const sameAddresses = (a: readonly Address[], b: readonly Address[]): boolean => a.length === b.length && a.every((address, i) => b[i] !== undefined && formatAddress(address) === formatAddress(b[i]))

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1' || ip.startsWith('::ffff:127.')
