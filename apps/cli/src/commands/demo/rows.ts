/** Log entries of both sides of each hop, joined to rows: who called whom, what came of it, and which lines of YAML decided. */
import type { Resource } from '@istio-ts/api-types'
import { formatSpiffeId } from '@istio-ts/foundation'
import type { LogEntry } from './access-log.ts'
import { explainHop, type ConfigLine } from './explain.ts'
import type { HopParty } from './hop-party.ts'
import type { DemoRequest } from './requests.ts'

/** One hop of one request. The form is a contract. */
export interface DemoRow {
  readonly from: string
  readonly to: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly upstreamPod: string | null
  readonly upstreamVersion: string | null
  readonly tls: boolean
  readonly sourcePrincipal: string
  readonly route: string
  readonly config: readonly ConfigLine[]
  readonly shows: DemoRequest['shows']
  readonly attempts: number
  readonly durationMs: number
}

/** A gateway's identity. */
export const gatewayPrincipal = (trustDomain: string, namespace: string, name: string): string => formatSpiffeId({ trustDomain, namespace, serviceAccount: name })

/** Rows in the order of the requests, outermost hop first. */
export function demoRows(requests: readonly DemoRequest[], entries: readonly LogEntry[], parties: readonly HopParty[], resources: readonly Resource[]): readonly DemoRow[] {
  const byKey = new Map(parties.map((party) => [party.key, party]))
  const byInbound = new Map(parties.flatMap((party) => party.inbound.map((address) => [address, party] as const)))
  return requests.flatMap((request) => {
    const own = entries.filter((entry) => entry.demoId === request.id)
    const isInbound = (entry: LogEntry): boolean => byInbound.has(entry.localAddress)
    const servers = own.filter(isInbound)
    return own.filter((entry) => !isInbound(entry)).flatMap((client): readonly DemoRow[] => {
      const caller = byKey.get(client.key)
      if (!caller) return []
      const reached = byInbound.get(client.upstreamHost)
      const server = reached && servers.find((entry) => entry.key === reached.key && pathOf(entry) === pathOf(client))
      return [{
        from: caller.name,
        to: serviceName(client),
        method: client.method,
        path: client.path,
        status: client.status,
        upstreamPod: reached?.name ?? null,
        upstreamVersion: reached?.version ?? null,
        tls: server ? server.tls !== '' : false,
        sourcePrincipal: server?.peer || caller.principal,
        route: client.route || client.upstreamCluster,
        config: explainHop(client, server, reached, resources),
        shows: request.shows,
        attempts: Math.max(1, client.attempts),
        durationMs: client.durationMs,
      }]
    }).sort((a, b) => b.durationMs - a.durationMs)
  })
}

const pathOf = (entry: LogEntry): string => entry.path.replace(/^https?:\/\/[^/]+/, '')

/** The short name of the called service: from the cluster where there is one, else from the authority. */
function serviceName(entry: LogEntry): string {
  const host = /^outbound\|\d+\|[^|]*\|(.+)$/.exec(entry.upstreamCluster)?.[1] ?? entry.authority.replace(/:\d+$/, '')
  return host.split('.')[0] ?? host
}
