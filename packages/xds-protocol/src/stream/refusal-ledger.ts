/** What the proxies of a server refuse, told by cause: a mistake in one resource is one finding, however many proxies refuse what it makes. */
import { provenanceId, type Diagnostic, type Provenance } from '@istio-ts/foundation'
import { refusedByProxies } from '../diagnostics.ts'
import type { RefusedConfig } from '../server-session/state.ts'
import { shortTypeName } from '../type-urls.ts'
import type { XdsClient } from './server-seam.ts'

/** Keeps the refusals of all connections. */
export interface RefusalLedger {
  /** Everything that this client refuses of a type right now. */
  set(client: XdsClient, typeUrl: string, refused: readonly RefusedConfig[]): void
}

/** One cause. */
interface Cause {
  readonly origin: Provenance | undefined
  /** By connection. */
  readonly proxies: Map<string, { readonly proxy: string; readonly refused: readonly RefusedConfig[] }>
}

/** Makes an empty ledger. */
export function refusalLedger(onChange: (subject: string, typeUrl: string, diagnostics: readonly Diagnostic[]) => void): RefusalLedger {
  const types = new Map<string, Map<string, Cause>>()
  return {
    set({ connectionId, node }, typeUrl, refused) {
      const causes = types.get(typeUrl) ?? new Map<string, Cause>()
      types.set(typeUrl, causes)
      const now = bySubject(typeUrl, refused)
      const touched = new Set([...now.keys(), ...[...causes].flatMap(([subject, { proxies }]) => (proxies.has(connectionId) ? [subject] : []))])
      for (const subject of touched) {
        const own = now.get(subject)
        const cause = causes.get(subject) ?? { origin: own?.[0]?.from[0], proxies: new Map() }
        if (own) cause.proxies.set(connectionId, { proxy: proxyName(node.id), refused: own })
        else cause.proxies.delete(connectionId)
        if (cause.proxies.size > 0) causes.set(subject, cause)
        else causes.delete(subject)
        onChange(subject, typeUrl, cause.proxies.size > 0 ? [refusedByProxies(typeUrl, cause.origin, [...cause.proxies.values()])] : [])
      }
    },
  }
}

/** Istio's short form of a node id: `client.default`. */
const proxyName = (id: string): string => id.split('~')[2] ?? id

/** By the resource that it was made from; what has no origin stands for itself. */
function bySubject(typeUrl: string, refused: readonly RefusedConfig[]): ReadonlyMap<string, readonly RefusedConfig[]> {
  const subjects = new Map<string, RefusedConfig[]>()
  for (const one of refused) {
    const [origin] = one.from
    const subject = origin ? `${origin.resource.cluster}/${provenanceId({ ...origin, path: '' })}` : `${shortTypeName(typeUrl)} ${one.name}`
    const list = subjects.get(subject)
    if (list) list.push(one)
    else subjects.set(subject, [one])
  }
  return subjects
}
