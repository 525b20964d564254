/** `istio.io/debug` over xDS: the debug endpoints for clients that have an identity but no way to the HTTP port. */
import type { Caller } from '@istio-ts/ca'
import type { SnapshotResource } from '@istio-ts/xds-protocol'
import type { HttpRoute } from '../http-server.ts'

/** Istio's type for questions; the names are paths below `/debug/`, e.g. `syncz` or `config_dump?proxyID=a.default`. */
const DEBUG_TYPE = 'istio.io/debug'

/**
 * Answers questions of callers of the root namespace; others may ask about nothing but themselves, which is not offered yet
 * (Istio gates namespaces by DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES).
 */
export function debugOnDemand(routes: () => ReadonlyMap<string, HttpRoute>, rootNamespace: string): (caller: Caller, typeUrl: string, names: readonly string[]) => readonly SnapshotResource[] | undefined {
  return (caller, typeUrl, names) => {
    if (typeUrl !== DEBUG_TYPE) return undefined
    if (caller.identity.namespace !== rootNamespace) return []
    return names.flatMap((name) => {
      const url = URL.parse(name, 'http://localhost/debug/')
      const answer = url && routes().get(url.pathname)?.({ method: 'GET', path: url.pathname, query: url.searchParams })
      return answer?.status === 200 ? [{ name, version: '', bytes: new TextEncoder().encode(answer.body), provenance: [] }] : []
    })
  }
}
