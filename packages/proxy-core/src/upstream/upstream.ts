/** A cluster at run time: endpoints, balancer, pools, health, counters. Nothing in it is configuration. */
import type { Clock } from '@istio-ts/foundation'
import type { IoEngine, Address } from '../io/io-engine.ts'
import { formatAddress } from '../config/scalars.ts'
import type { Codecs } from '../ports/codecs.ts'
import type { Resolver } from '../ports/resolver.ts'
import { clusterStats, type ClusterStats } from '../stats/cluster-stats.ts'
import type { StatsStore } from '../stats/stats-store.ts'
import type { UpstreamClusterInfo } from '../stream/stream-info.ts'
import type { CompiledAssignment, CompiledCluster, CompiledEndpoint } from './compiled-cluster.ts'
import { DnsEndpoints } from './dns-endpoints.ts'
import { chooseSocket, Host } from './host.ts'
import { buildHostSet, type HostSet, type LocalityHosts } from './host-set.ts'
import { HostPool, type PoolProtocol } from './host-pool.ts'
import { OutlierDetector } from './outlier.ts'
import type { ClientTlsVariant, TlsContexts } from './tls-contexts.ts'

/** What every cluster of one proxy shares. */
export interface UpstreamDeps {
  readonly engine: IoEngine
  readonly codecs: Codecs
  readonly clock: Clock
  readonly random: () => number
  readonly resolver: Resolver
  readonly stats: StatsStore
  readonly tls: TlsContexts
  /** True for addresses our own listeners are bound to: dynamic destinations must never lead back here. */
  readonly isOwnListener: (address: Address) => boolean
}

/** One cluster. Replaced as a whole when its configuration changes; endpoint changes are taken in place. */
export class Upstream implements UpstreamClusterInfo {
  readonly config: CompiledCluster
  readonly deps: UpstreamDeps
  readonly name: string
  readonly statName: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly stats: ClusterStats
  readonly outlier: OutlierDetector
  hosts: readonly Host[] = []
  activeRequests = 0
  activeRetries = 0
  pending = 0
  connections = 0
  draining = false
  #byLabel = new Map<string, Host>()
  #set: HostSet
  #localities: readonly (readonly LocalityHosts[])[] = []
  #overprovisioning: number
  #dns: DnsEndpoints | undefined

  constructor(config: CompiledCluster, assignment: CompiledAssignment | undefined, deps: UpstreamDeps) {
    this.config = config
    this.deps = deps
    this.name = config.name
    this.statName = config.statName
    this.metadata = config.metadata
    this.stats = clusterStats(deps.stats, config.statName)
    this.outlier = new OutlierDetector(this)
    this.#overprovisioning = config.overprovisioning
    this.#set = buildHostSet(config, [], config.overprovisioning, deps.random)
    const initial = assignment ?? config.assignment
    if (config.kind === 'STRICT_DNS' || config.kind === 'LOGICAL_DNS') this.#dns = new DnsEndpoints(config, deps, (resolved) => this.setAssignment(resolved))
    else if (initial) this.setAssignment(initial)
  }

  /** False while a DNS cluster has never been answered. */
  get resolved(): boolean {
    return this.#dns?.answered ?? true
  }

  /** Calls back once a DNS cluster has its first answer; at once for others. */
  whenResolved(action: () => void): void {
    if (this.#dns) this.#dns.whenAnswered(action)
    else action()
  }

  /** True if the last DNS lookup failed and there is nothing to use. */
  get dnsFailed(): boolean {
    return this.#dns?.failed === true && this.hosts.length === 0
  }

  /** A host for one attempt; undefined when none is usable. */
  choose(hash: number | undefined): Host | undefined {
    const host = this.#set.choose(hash)
    if (!host) this.stats.upstream_cx_none_healthy.value++
    return host
  }

  /** A host outside the assignment (ORIGINAL_DST, dynamic forward proxy); undefined if the address is one of our own listeners. */
  dynamicHost(address: Address, hostname: string): Host | undefined {
    if (this.deps.isOwnListener(address)) return undefined
    const label = `${hostname}|${formatAddress(address)}`
    const found = this.#byLabel.get(label)
    if (found) return found
    const endpoint: CompiledEndpoint = { address, dns: undefined, hostname, weight: 1, health: 'HEALTHY', socketLabels: {}, peer: undefined, metadata: {} }
    const host = new Host(address, endpoint, this.config)
    this.#byLabel.set(label, host)
    this.hosts = [...this.hosts, host]
    return host
  }

  /** The pool of a host for a protocol. */
  pool(host: Host, protocol: PoolProtocol, variant: ClientTlsVariant): HostPool {
    for (const pool of host.pools) if (pool.protocol === protocol && sameVariant(pool.variant, variant)) return pool
    const made = new HostPool(host, this, protocol, variant)
    host.pools.push(made)
    return made
  }

  /** Takes new endpoints; hosts that stay keep their connections and health. */
  setAssignment(assignment: CompiledAssignment): void {
    const previous = this.#byLabel
    const next = new Map<string, Host>()
    this.#localities = assignment.priorities.map((localities, priority) => localities.map((locality): LocalityHosts => {
      const name = [locality.region, locality.zone, locality.subZone].filter((part) => part !== '').join('/')
      const hosts = locality.endpoints.flatMap((endpoint) => {
        if (!endpoint.address) return []
        const label = formatAddress(endpoint.address)
        const host = this.#reuse(previous.get(label), endpoint) ?? new Host(endpoint.address, endpoint, this.config)
        host.locality = name
        host.priority = priority
        next.set(label, host)
        return [host]
      })
      return { name, weight: locality.weight, hosts }
    }))
    this.#overprovisioning = assignment.overprovisioning ?? this.config.overprovisioning
    this.#byLabel = next
    this.hosts = [...next.values()]
    for (const host of previous.values()) if (next.get(host.label) !== host) this.#retire(host)
    this.stats.membership_change.value++
    this.stats.update_success.value++
    this.rebuild()
  }

  /** Makes a new snapshot for choosing; after a change of membership or health. */
  rebuild(): void {
    this.#set = buildHostSet(this.config, this.#localities, this.#overprovisioning, this.deps.random)
    this.stats.membership_total.value = this.#set.total
    this.stats.membership_healthy.value = this.#set.healthy
  }

  /** True if another retry is allowed now. */
  mayRetry(): boolean {
    const { maxRetries, retryBudget } = this.config.breakers
    if (!retryBudget) return this.activeRetries < maxRetries
    return this.activeRetries < Math.max(retryBudget.minimum, Math.floor((this.activeRequests + this.pending) * retryBudget.share))
  }

  /** Slow housekeeping: idle connections, ejections, dynamic hosts nobody uses. */
  tick(nowMono: number): void {
    this.outlier.tick(nowMono)
    for (const host of this.hosts) for (const pool of host.pools) pool.sweep(nowMono)
    if (this.config.kind === 'ORIGINAL_DST' || this.config.kind === 'DYNAMIC_FORWARD_PROXY') this.#forgetUnused()
  }

  /** No new requests come; connections close as they become idle. */
  drain(): void {
    this.draining = true
    this.#dns?.stop()
    for (const host of this.hosts) for (const pool of host.pools) pool.drain()
  }

  close(): void {
    this.drain()
    for (const host of this.hosts) for (const pool of host.pools) pool.close()
  }

  #reuse(host: Host | undefined, endpoint: CompiledEndpoint): Host | undefined {
    if (!host) return undefined
    // Another transport socket means other connections (a workload that got a sidecar).
    if (chooseSocket(this.config, endpoint) !== host.socket) return undefined
    host.endpoint = endpoint
    return host
  }

  #retire(host: Host): void {
    host.removed = true
    this.outlier.onRemoved(host)
    for (const pool of host.pools) pool.drain()
  }

  #forgetUnused(): void {
    const unused = this.hosts.filter((host) => host.active === 0 && host.pools.every((pool) => pool.size === 0))
    if (unused.length < MAX_UNUSED_DYNAMIC_HOSTS) return
    for (const host of unused) this.#byLabel.delete(`${host.hostname}|${host.label}`)
    this.hosts = [...this.#byLabel.values()]
  }
}

/** Dynamic hosts kept without connections; above it they are forgotten. */
const MAX_UNUSED_DYNAMIC_HOSTS = 64

const sameVariant = (a: ClientTlsVariant, b: ClientTlsVariant): boolean => a === b || (a.alpn === b.alpn && a.sni === b.sni && a.requiredDnsName === b.requiredDnsName)
