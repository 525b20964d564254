/** Addresses of names that requests bring, remembered for a short while. */
import type { Clock } from '@istio-ts/foundation'
import type { Resolver } from '../ports/resolver.ts'
import type { CompiledCluster } from './compiled-cluster.ts'

/** Names come from clients, so the memory is bounded (Envoy's `max_hosts`). */
const MAX_NAMES = 1024
const GOOD_MS = 30_000
const BAD_MS = 1000

interface Entry {
  readonly ip: string | undefined
  readonly until: number
}

/** Looks names up once at a time each. */
export class NameCache {
  readonly #resolver: Resolver
  readonly #clock: Clock
  readonly #known = new Map<string, Entry>()
  readonly #running = new Map<string, ((ip: string | undefined) => void)[]>()

  constructor(resolver: Resolver, clock: Clock) {
    this.#resolver = resolver
    this.#clock = clock
  }

  /** Calls back at once if the name is known, later if not. */
  lookup(host: string, family: CompiledCluster['dnsFamily'], done: (ip: string | undefined) => void): void {
    const key = `${family}|${host}`
    const known = this.#known.get(key)
    if (known && known.until > this.#clock.monotonic()) return done(known.ip)
    const running = this.#running.get(key)
    if (running) return void running.push(done)
    this.#running.set(key, [done])
    this.#resolver.resolve(host, family, (result) => {
      const ip = result.ok ? result.addresses[0] : undefined
      const lifeMs = ip === undefined ? BAD_MS : Math.min(GOOD_MS, result.ok ? result.ttlMs ?? GOOD_MS : GOOD_MS)
      if (this.#known.size >= MAX_NAMES) this.#known.clear()
      this.#known.set(key, { ip, until: this.#clock.monotonic() + lifeMs })
      const waiting = this.#running.get(key) ?? []
      this.#running.delete(key)
      for (const action of waiting) action(ip)
    })
  }
}
