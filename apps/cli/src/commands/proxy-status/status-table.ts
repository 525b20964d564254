/** The tables of `proxy-status`. */
import { at, textOf } from '../../dump/json-value.ts'
import { compareText } from '../../dump/subset-key.ts'
import { formatTable } from '../../output/table.ts'
import type { ClientConfig, StatusResponse } from './client-config.ts'
import { inTypeOrder, shortType } from './xds-types.ts'

/** Who is asked for. */
export interface StatusFilter {
  readonly namespace?: string | undefined
}

/** One proxy at one control plane. */
interface StatusRow {
  readonly id: string
  readonly cluster: string
  readonly version: string
  readonly istiod: string
  /** By short name of type. */
  readonly statuses: ReadonlyMap<string, string>
}

/** The answers with the proxies of the namespace alone. */
export const narrowed = (responses: readonly StatusResponse[], { namespace }: StatusFilter): readonly StatusResponse[] =>
  namespace ? responses.map((response) => ({ ...response, resources: response.resources.filter((client) => client.node.metadata['NAMESPACE'] === namespace) })) : responses

/** The table; verbosity 1 has a column for each type that anybody asked for. */
export function statusTable(responses: readonly StatusResponse[], verbosity: number): string {
  const rows = responses.flatMap((response) => response.resources.map((client) => rowOf(client, response))).sort((a, b) => compareText(a.id, b.id))
  if (verbosity > 0) return verboseTable(rows)
  return formatTable(['NAME', 'CLUSTER', 'ISTIOD', 'VERSION', 'SUBSCRIBED TYPES'], rows.map((row) => [row.id, row.cluster, row.istiod, row.version, subscribed(row)]), 5)
}

function verboseTable(rows: readonly StatusRow[]): string {
  const types = [...new Set(rows.flatMap((row) => [...row.statuses.keys()]))].sort()
  return formatTable(['NAME', 'CLUSTER', ...types, 'ISTIOD', 'VERSION'], rows.map((row) => [row.id, row.cluster, ...types.map((type) => (row.statuses.get(type) ?? 'IGNORED').replaceAll('_', ' ')), row.istiod, row.version]), 5)
}

function subscribed({ statuses }: StatusRow): string {
  const types = inTypeOrder([...statuses.keys()])
  return types.length === 0 ? '0' : `${types.length} (${types.join(',')})`
}

function rowOf(client: ClientConfig, response: StatusResponse): StatusRow {
  const { CLUSTER_ID = '', ISTIO_VERSION = '' } = client.node.metadata
  const asked = client.genericXdsConfigs.filter(({ configStatus }) => configStatus !== 'UNKNOWN')
  return { id: client.node.id, cluster: CLUSTER_ID, version: ISTIO_VERSION, istiod: istiodName(response), statuses: new Map(asked.map(({ typeUrl, configStatus }) => [shortType(typeUrl), configStatus])) }
}

/** The name in the identifier, which is JSON by convention only. */
function istiodName({ controlPlane: { identifier } }: StatusResponse): string {
  try {
    return textOf(at(JSON.parse(identifier), 'ID'))
  } catch {
    return identifier
  }
}
