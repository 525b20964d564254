/** `proxy-config endpoint`: the hosts of a proxy's `/clusters`, with their health as it sees it. */
import { canonicalNames } from '../../dump/canonical-names.ts'
import { parseJson } from '../../dump/config-dump.ts'
import { at, listOf, numberOf, textOf, type Fields } from '../../dump/json-value.ts'
import { compareText } from '../../dump/subset-key.ts'
import { badDump } from '../../errors.ts'
import { formatTable } from '../../output/table.ts'

/** What to show; absent = everything. */
export interface EndpointFilter {
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly cluster?: string | undefined
  /** `HEALTHY`, `UNHEALTHY`, ..., in any case. */
  readonly status?: string | undefined
}

/** Reads `/clusters?format=json`. @throws MeshError MESH0960 if it is something else */
export function readClusterStatuses(text: string, origin: string): readonly Fields[] {
  const statuses = at(canonicalNames(parseJson(text, origin)), 'clusterStatuses')
  if (!Array.isArray(statuses)) throw badDump(origin, 'it has no field cluster_statuses')
  return listOf(statuses)
}

/** Clusters with at least one host that is wanted. */
export const wantedClusters = (statuses: readonly Fields[], filter: EndpointFilter): readonly Fields[] =>
  statuses.filter((cluster) => listOf(cluster['hostStatuses']).some((host) => isWanted(host, textOf(cluster['name']), filter)))

/** The table, by address, port and cluster. */
export function endpointsTable(statuses: readonly Fields[], filter: EndpointFilter): string {
  const hosts = statuses.flatMap((status) => {
    const cluster = textOf(status['name'])
    return listOf(status['hostStatuses']).filter((host) => isWanted(host, cluster, filter)).map((host) => ({ cluster, host, address: addressOf(host), port: portOf(host) }))
  })
  hosts.sort((a, b) => compareText(a.address, b.address) || a.port - b.port || compareText(a.cluster, b.cluster))
  const rows = hosts.map(({ cluster, host, address, port }) => [port === 0 ? address : `${address}:${port}`, healthOf(host), at(host, 'healthStatus', 'failedOutlierCheck') === true ? 'FAILED' : 'OK', cluster])
  return formatTable(['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'], rows, 5)
}

function isWanted(host: Fields, clusterName: string, { address, port, cluster, status }: EndpointFilter): boolean {
  return isSame(addressOf(host), address) && (!port || portOf(host) === port) && isSame(clusterName, cluster) && isSame(healthOf(host), status)
}

const isSame = (value: string, wanted: string | undefined): boolean => !wanted || value.toLowerCase() === wanted.toLowerCase()

function addressOf(host: Fields): string {
  const address = host['address']
  const ip = at(address, 'socketAddress', 'address')
  if (ip !== undefined) return textOf(ip)
  const internal = at(address, 'envoyInternalAddress')
  if (internal !== undefined) return `envoy://${textOf(at(internal, 'serverListenerName'))}/${textOf(at(internal, 'endpointId'))}`
  return `unix://${textOf(at(address, 'pipe', 'path'))}`
}

const portOf = (host: Fields): number => numberOf(at(host, 'address', 'socketAddress', 'portValue'))
const healthOf = (host: Fields): string => textOf(at(host, 'healthStatus', 'edsHealthStatus')) || 'UNKNOWN'
