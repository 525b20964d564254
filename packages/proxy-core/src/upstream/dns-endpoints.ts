/** Endpoints of STRICT_DNS and LOGICAL_DNS clusters: names looked up again and again, the last good answer kept. */
import type { Cancel } from '@istio-ts/foundation'
import type { CompiledAssignment, CompiledCluster, CompiledEndpoint } from './compiled-cluster.ts'
import type { ResolveResult } from '../ports/resolver.ts'
import type { UpstreamDeps } from './upstream.ts'

/** Resolves the names of one cluster; starts at once. */
export class DnsEndpoints {
  readonly #config: CompiledCluster
  readonly #deps: UpstreamDeps
  readonly #onChange: (assignment: CompiledAssignment) => void
  readonly #answers = new Map<string, readonly string[]>()
  readonly #names: ReadonlySet<string>
  readonly #timers = new Map<string, Cancel>()
  readonly #seen = new Set<string>()
  #waiting: (() => void)[] = []
  #stopped = false
  failed = false

  constructor(config: CompiledCluster, deps: UpstreamDeps, onChange: (assignment: CompiledAssignment) => void) {
    this.#config = config
    this.#deps = deps
    this.#onChange = onChange
    this.#names = new Set((config.assignment?.priorities ?? []).flat().flatMap((locality) => locality.endpoints.flatMap((endpoint) => endpoint.dns?.host ?? [])))
    if (this.#names.size === 0) this.#publish()
    for (const name of this.#names) this.#lookup(name)
  }

  /** True once every name was looked up. */
  get answered(): boolean {
    return this.#seen.size >= this.#names.size
  }

  whenAnswered(action: () => void): void {
    if (this.answered) action()
    else this.#waiting.push(action)
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }

  #lookup(name: string): void {
    this.#deps.resolver.resolve(name, this.#config.dnsFamily, (result) => {
      if (!this.#stopped) this.#take(name, result)
    })
  }

  #take(name: string, result: ResolveResult): void {
    this.failed = !result.ok
    const before = this.#answers.get(name)
    // A failed lookup keeps the last good answer.
    if (result.ok) this.#answers.set(name, this.#config.kind === 'LOGICAL_DNS' ? result.addresses.slice(0, 1) : result.addresses)
    this.#seen.add(name)
    const refreshMs = result.ok && this.#config.respectDnsTtl && result.ttlMs !== undefined ? Math.max(1000, result.ttlMs) : this.#config.dnsRefreshMs
    this.#timers.set(name, this.#deps.clock.after(refreshMs, () => this.#lookup(name)))
    if (this.answered && (before?.join() !== this.#answers.get(name)?.join() || this.#waiting.length > 0)) this.#publish()
    if (this.answered) {
      const waiting = this.#waiting
      this.#waiting = []
      for (const action of waiting) action()
    }
  }

  #publish(): void {
    const assignment = this.#config.assignment
    if (!assignment) return
    this.#onChange({
      ...assignment,
      priorities: assignment.priorities.map((localities) => localities.map((locality) => ({ ...locality, endpoints: locality.endpoints.flatMap((endpoint) => this.#expand(endpoint)) }))),
    })
  }

  #expand(endpoint: CompiledEndpoint): readonly CompiledEndpoint[] {
    const { dns } = endpoint
    if (!dns) return [endpoint]
    return (this.#answers.get(dns.host) ?? []).map((ip) => ({ ...endpoint, address: { kind: 'ip', ip, port: dns.port } as const }))
  }
}
