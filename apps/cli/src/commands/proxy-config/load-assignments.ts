/** `proxy-config eds`: the endpoints that a proxy was given (not how they fare: that is `endpoint`). */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, listOf, numberOf, textOf, type Fields } from '../../dump/json-value.ts'
import { compareSubsetKeys } from '../../dump/subset-key.ts'
import { formatTable } from '../../output/table.ts'
import type { EndpointFilter } from './endpoints.ts'

/** The assignments with what is wanted of them; one that has nothing left is dropped. */
export function loadAssignmentsOf(dump: ConfigDump, filter: EndpointFilter): readonly Fields[] {
  const content = section(dump, 'endpoints')
  return [...listOf(content['dynamicEndpointConfigs']), ...listOf(content['staticEndpointConfigs'])]
    .flatMap((entry) => narrowed(body(entry['endpointConfig']), filter))
    .sort((a, b) => compareSubsetKeys(textOf(a['clusterName']), textOf(b['clusterName'])))
}

function narrowed(assignment: Fields, filter: EndpointFilter): readonly Fields[] {
  const cluster = textOf(assignment['clusterName'])
  const endpoints = listOf(assignment['endpoints']).map((locality) => {
    const { lbEndpoints, ...rest } = locality
    const wanted = listOf(lbEndpoints).filter((endpoint) => isWanted(endpoint, cluster, filter))
    return wanted.length > 0 ? { ...rest, lbEndpoints: wanted } : rest
  })
  return endpoints.some((locality) => 'lbEndpoints' in locality) ? [{ ...assignment, endpoints }] : []
}

/** The table. */
export function loadAssignmentsTable(dump: ConfigDump, filter: EndpointFilter, typed = false): string {
  const rows = loadAssignmentsOf(dump, filter).flatMap((assignment) => listOf(assignment['endpoints']).flatMap((locality) =>
    listOf(locality['lbEndpoints']).map((endpoint) => [`${typed ? 'endpoint/' : ''}${addressOf(endpoint)}`, healthOf(endpoint), localityText(locality['locality']), textOf(assignment['clusterName'])])))
  return formatTable(['NAME', 'STATUS', 'LOCALITY', 'CLUSTER'], rows, 5)
}

/** `--address` is an address or address and port. */
function isWanted(endpoint: Fields, clusterName: string, { address, port, cluster, status }: EndpointFilter): boolean {
  const own = addressOf(endpoint)
  const isAddress = !address || [own, textOf(at(endpoint, 'endpoint', 'address', 'socketAddress', 'address'))].some((text) => text.toLowerCase() === address.toLowerCase())
  return isAddress && (!port || numberOf(at(endpoint, 'endpoint', 'address', 'socketAddress', 'portValue')) === port)
    && (!cluster || clusterName.toLowerCase() === cluster.toLowerCase()) && (!status || healthOf(endpoint).toLowerCase() === status.toLowerCase())
}

function addressOf(endpoint: Fields): string {
  const address = at(endpoint, 'endpoint', 'address')
  const socket = at(address, 'socketAddress')
  if (socket !== undefined) return `${textOf(at(socket, 'address'))}:${numberOf(at(socket, 'portValue'))}`
  const pipe = at(address, 'pipe', 'path')
  if (pipe !== undefined) return textOf(pipe)
  const listener = at(address, 'envoyInternalAddress', 'serverListenerName')
  return listener === undefined ? 'unknown' : `envoy://${textOf(listener)}/${textOf(at(address, 'envoyInternalAddress', 'endpointId'))}`
}

const healthOf = (endpoint: Fields): string => textOf(endpoint['healthStatus']) || 'UNKNOWN'

/** `region/zone/subzone`, as far as it goes. */
function localityText(locality: unknown): string {
  const parts = [textOf(at(locality, 'region')), textOf(at(locality, 'zone')), textOf(at(locality, 'subZone'))]
  const end = parts.indexOf('', 1)
  return parts.slice(0, end < 0 ? 3 : end).join('/')
}
