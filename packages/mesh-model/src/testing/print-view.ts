/** A view as short plain data: what a person wants to see of it, for goldens and debugging. */
import { formatDiagnostic, provenanceId, type Provenance } from '@istio-ts/foundation'
import type { ProxyView } from '../view/proxy-view.ts'

/** Parts of a view that can be shown alone. */
export type ViewPart = 'upstreams' | 'endpoints' | 'listeners' | 'routeTables' | 'httpProxy' | 'virtualListener' | 'inbound' | 'gateway' | 'security' | 'secrets' | 'loopback' | 'telemetry' | 'mesh' | 'lost'

const ALL: readonly ViewPart[] = ['upstreams', 'endpoints', 'listeners', 'routeTables', 'httpProxy', 'virtualListener', 'inbound', 'gateway', 'security', 'secrets', 'loopback']

/** Bundles are laid flat, origins become their ids, and whatever is empty or false is left out. */
export function printView(view: ProxyView, parts: readonly ViewPart[] = ALL): unknown {
  const { outbound } = view
  const whole: Record<ViewPart, unknown> = {
    upstreams: outbound.upstreams.flatMap((bundle) => bundle.items),
    endpoints: outbound.endpoints.flat().flatMap((bundle) => bundle.items),
    listeners: outbound.listeners, routeTables: outbound.routeTables, httpProxy: outbound.httpProxy, virtualListener: outbound.virtualListener,
    inbound: view.inbound, gateway: view.gateway, security: view.security, secrets: view.secrets, loopback: view.loopback, telemetry: view.telemetry, mesh: view.mesh,
    lost: view.diagnostics.map(formatDiagnostic),
  }
  return brief(Object.fromEntries(parts.map((part) => [part, whole[part]])), '')
}

function brief(value: unknown, name: string): unknown {
  if (name === 'from' && Array.isArray(value)) return value.length === 0 ? undefined : (value as readonly Provenance[]).map(provenanceId)
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => brief(item, '') ?? {})
  if (typeof value !== 'object' || value === null) return value === false || value === '' ? undefined : value
  const entries = Object.entries(value).filter(([key, one]) => !(key === 'key' && typeof one === 'string' && /^[[{]/.test(one))).flatMap(([key, one]) => {
    const short = brief(one, key)
    return short === undefined ? [] : [[key, short] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
