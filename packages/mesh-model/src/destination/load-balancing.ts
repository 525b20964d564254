/** How an endpoint is chosen, from the API's settings. @see istio pilot/pkg/networking/core/loadbalancer */
import type { ConsistentHashLb, LoadBalancerSettings, MeshConfig } from '@istio-ts/api-types'
import { dropUndefined, durationMs } from '../mesh/mesh-settings.ts'
import type { HashOn, LoadBalancing, LocalityBalancing, Warmup } from '../view/destination-policy.ts'

/** Envoy's least ring is too small to spread evenly; Istio asks for this many. */
const RING_SIZE = 1024

/** The algorithm; least request unless the user chose another. In a local mesh PASSTHROUGH is no choice: no client dials an address. */
export const loadBalancing = (settings: LoadBalancerSettings | undefined, isLocal: boolean): LoadBalancing =>
  (settings?.consistentHash && consistentHash(settings.consistentHash)) ?? { kind: simple(settings?.simple, isLocal) }

function simple(name: LoadBalancerSettings['simple'], isLocal: boolean): 'least-request' | 'round-robin' | 'random' | 'passthrough' {
  switch (name) {
    case 'ROUND_ROBIN': return 'round-robin'
    case 'RANDOM': return 'random'
    case 'PASSTHROUGH': return isLocal ? 'least-request' : 'passthrough'
    default: return 'least-request'
  }
}

function consistentHash(hash: ConsistentHashLb): LoadBalancing | undefined {
  const on = hashOn(hash)
  if (!on) return undefined
  if (hash.maglev) return { kind: 'maglev', on, ...dropUndefined({ tableSize: hash.maglev.tableSize }) }
  const size = hash.ringHash ? hash.ringHash.minimumRingSize : (hash.minimumRingSize ?? RING_SIZE)
  return { kind: 'ring-hash', on, ...dropUndefined({ minimumRingSize: size }) }
}

function hashOn(hash: ConsistentHashLb): HashOn | undefined {
  if (hash.httpHeaderName !== undefined) return { kind: 'header', name: hash.httpHeaderName }
  if (hash.httpCookie) {
    const { name, path, ttl, attributes } = hash.httpCookie
    return { kind: 'cookie', name, ...dropUndefined({ path, ttlMs: durationMs(ttl), attributes }) }
  }
  if (hash.httpQueryParameterName !== undefined) return { kind: 'query-parameter', name: hash.httpQueryParameterName }
  return hash.useSourceIp === true ? { kind: 'source-ip' } : undefined
}

/** Slow start. The deprecated form has neither minimum nor aggression; the new one defaults to 10 percent and 1. */
export function warmupOf(settings: LoadBalancerSettings): Warmup | undefined {
  if (settings.warmup) {
    const durationOf = durationMs(settings.warmup.duration)
    return durationOf === undefined ? undefined : { durationMs: durationOf, minimumPercent: settings.warmup.minimumPercent ?? 10, aggression: settings.warmup.aggression ?? 1 }
  }
  const window = durationMs(settings.warmupDurationSecs)
  return window === undefined ? undefined : { durationMs: window }
}

/**
 * Preference among localities: the destination's setting replaces the mesh's. It takes effect with a distribution, or when
 * failing endpoints are ejected, because otherwise a proxy could not tell when to fail over.
 */
export function localityBalancing(settings: LoadBalancerSettings | undefined, mesh: MeshConfig['localityLbSetting'], hasOutlier: boolean): LocalityBalancing | undefined {
  const own = settings?.localityLbSetting
  const chosen = own ?? mesh
  if (chosen.enabled === false) return undefined
  const distribute = (chosen.distribute ?? []).map((entry) => ({ from: entry.from ?? '', to: entry.to ?? {} }))
  if (!hasOutlier && distribute.length === 0) return undefined
  return {
    distribute,
    failover: (chosen.failover ?? []).map((entry) => ({ from: entry.from ?? '', to: entry.to ?? '' })),
    failoverPriority: chosen.failoverPriority ?? [],
  }
}
