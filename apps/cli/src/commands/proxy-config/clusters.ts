/** `proxy-config cluster`: where a proxy can send traffic. */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { listOf, textOf, type Fields } from '../../dump/json-value.ts'
import { managedBy } from '../../dump/metadata.ts'
import { compareSubsetKeys, parseSubsetKey } from '../../dump/subset-key.ts'
import { nothingFound } from '../../errors.ts'
import { formatTable } from '../../output/table.ts'

/** What to show; absent = everything. Host, direction and subset are looked for anywhere in the name, as istioctl does. */
export interface ClusterFilter {
  readonly fqdn?: string | undefined
  readonly direction?: string | undefined
  readonly subset?: string | undefined
  readonly port?: number | undefined
}

/** The clusters of a dump by host, subset, port, direction. @throws MeshError MESH0962 if there is none */
export function clustersOf(dump: ConfigDump, filter: ClusterFilter): readonly Fields[] {
  const content = section(dump, 'clusters')
  const all = [...listOf(content['dynamicActiveClusters']), ...listOf(content['staticClusters'])].map((entry) => body(entry['cluster'])).filter((cluster) => Object.keys(cluster).length > 0)
  if (all.length === 0) throw nothingFound('clusters')
  return all.filter((cluster) => isWanted(textOf(cluster['name']), filter)).sort((a, b) => compareSubsetKeys(textOf(a['name']), textOf(b['name'])))
}

const isWanted = (name: string, { fqdn, direction, subset, port }: ClusterFilter): boolean =>
  [fqdn, direction, subset].every((part) => !part || name.includes(part)) && (!port || name.includes(`|${port}|`))

/** The table; with `typed` (in `all`) a first column names each row by its type. */
export function clustersTable(dump: ConfigDump, filter: ClusterFilter, typed = false): string {
  const header = [...(typed ? ['NAME'] : []), 'SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE']
  return formatTable(header, clustersOf(dump, filter).map((cluster) => row(cluster, typed)), 5)
}

function row(cluster: Fields, typed: boolean): readonly string[] {
  const name = textOf(cluster['name'])
  const shown = typed ? `cluster/${name}` : name
  const { direction, port, subset, host, isIstio } = parseSubsetKey(name)
  const key = isIstio ? [host, String(port), subset || '-', direction] : [shown, '-', '-', '-']
  // A custom cluster type is no discovery type, and the first of those is STATIC.
  return [...(typed ? [shown] : []), ...key, textOf(cluster['type']) || 'STATIC', managedBy(cluster)]
}
