/** Outlier detection: hosts that fail in a row are left out for a while. @see envoy outlier detection */
import type { Host } from './host.ts'
import type { Upstream } from './upstream.ts'

/** Watches the answers of one cluster's hosts. Does nothing when the cluster has no outlier detection. */
export class OutlierDetector {
  readonly #upstream: Upstream
  #ejected = 0

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /** A response arrived. */
  onResponse(host: Host, status: number): void {
    const config = this.#upstream.config.outlier
    if (!config) return
    host.consecutiveLocal = 0
    if (status < 500) {
      host.consecutive5xx = 0
      host.consecutiveGateway = 0
      return
    }
    const gateway = status >= 502 && status <= 504
    host.consecutiveGateway = gateway ? host.consecutiveGateway + 1 : 0
    host.consecutive5xx++
    if (gateway && config.consecutiveGateway > 0 && host.consecutiveGateway >= config.consecutiveGateway) this.#eject(host, config.enforcingGateway)
    if (config.consecutive5xx > 0 && host.consecutive5xx >= config.consecutive5xx) this.#eject(host, config.enforcing5xx)
  }

  /** A connection failed, was reset, or a request timed out. */
  onLocalFailure(host: Host): void {
    const config = this.#upstream.config.outlier
    if (!config) return
    // Without split, Envoy counts local failures as gateway errors (503 or 504).
    if (!config.splitLocal) return this.onResponse(host, 503)
    host.consecutiveLocal++
    if (config.consecutiveLocal > 0 && host.consecutiveLocal >= config.consecutiveLocal) this.#eject(host, config.enforcingLocal)
  }

  /** Lets hosts back in whose time is over; called from a slow tick. */
  tick(nowMono: number): void {
    if (this.#ejected === 0) return
    let changed = false
    for (const host of this.#upstream.hosts) {
      if (host.ejectedUntil === 0 || host.ejectedUntil > nowMono) continue
      host.ejectedUntil = 0
      host.consecutive5xx = 0
      host.consecutiveGateway = 0
      host.consecutiveLocal = 0
      this.#ejected--
      this.#upstream.stats['outlier_detection.ejections_active'].value--
      changed = true
    }
    if (changed) this.#upstream.rebuild()
  }

  /** A host left the cluster. */
  onRemoved(host: Host): void {
    if (!host.ejected) return
    this.#ejected--
    this.#upstream.stats['outlier_detection.ejections_active'].value--
  }

  #eject(host: Host, enforcingPercent: number): void {
    const { config, stats, hosts, deps } = this.#upstream
    if (!config.outlier || host.ejected || hosts.length === 0) return
    host.consecutive5xx = 0
    host.consecutiveGateway = 0
    host.consecutiveLocal = 0
    stats['outlier_detection.ejections_total'].value++
    if (enforcingPercent < 100 && deps.random() * 100 >= enforcingPercent) return
    // At least one host may always be ejected, whatever the percentage says (Envoy).
    const allowed = Math.max(1, Math.floor((hosts.length * config.outlier.maxEjectionPercent) / 100))
    if (this.#ejected >= allowed) {
      stats['outlier_detection.ejections_overflow'].value++
      return
    }
    host.ejections++
    host.ejectedUntil = deps.clock.monotonic() + Math.min(config.outlier.maxEjectionMs, config.outlier.baseEjectionMs * host.ejections)
    this.#ejected++
    stats['outlier_detection.ejections_enforced_total'].value++
    stats['outlier_detection.ejections_active'].value++
    this.#upstream.rebuild()
  }
}
