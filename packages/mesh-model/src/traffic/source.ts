/** For whom a rule holds: conditions on the calling workload, decided once per class of proxies instead of per request. */
import { matchesLabels, type Labels } from '@istio-ts/foundation'
import { MESH_GATEWAY, resolveGateway } from './virtual-service.ts'

/** Who asks for routes: a class of workloads, or a gateway's server. */
export interface RouteSource {
  /** `mesh`, or the Gateways (`namespace/name`) whose server this is. */
  readonly gateways: readonly string[]
  readonly namespace: string
  readonly labels: Labels
  /** Port that the client addressed; 0 = any (the HTTP proxy's table). */
  readonly port: number
}

/** The parts of a match that speak of the source; the forms for HTTP, TLS and TCP have them in common. */
export interface SourceConditions {
  readonly gateways?: readonly string[]
  readonly sourceLabels?: Readonly<Record<string, string>>
  readonly sourceNamespace?: string
  readonly port?: number
}

/** True if the match is meant for the source. `namespace` is the one of the rule, where short gateway names live. */
export function isFor(match: SourceConditions, source: RouteSource, namespace: string): boolean {
  if (match.port !== undefined && match.port !== 0 && source.port !== 0 && match.port !== source.port) return false
  const isMesh = source.gateways.includes(MESH_GATEWAY)
  if (match.gateways && match.gateways.length > 0 && !match.gateways.some((name) => source.gateways.includes(resolveGateway(name, namespace)))) return false
  // Only a sidecar knows who calls; at a gateway these conditions are ignored.
  if (!isMesh) return true
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== '' && match.sourceNamespace !== source.namespace) return false
  return matchesLabels(match.sourceLabels, source.labels)
}
