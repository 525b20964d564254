/** `proxy-config listener`: where a proxy takes traffic, and what becomes of it. */
import { body, section, type ConfigDump } from '../../dump/config-dump.ts'
import { at, fieldsOf, isFields, listOf, numberOf, textOf, textsOf, type Fields } from '../../dump/json-value.ts'
import { compareText } from '../../dump/subset-key.ts'
import { nothingFound } from '../../errors.ts'
import { formatTable } from '../../output/table.ts'
import { describeMatch } from './route-match.ts'

/** What to show; absent = everything. */
export interface ListenerFilter {
  readonly address?: string | undefined
  readonly port?: number | undefined
  /** `HTTP`, `TCP`, `HTTP+TCP` or `UNKNOWN`, in any case. */
  readonly type?: string | undefined
}

const HTTP = 'envoy.filters.network.http_connection_manager'
const TCP = 'envoy.filters.network.tcp_proxy'

/** The listeners of a dump. @throws MeshError MESH0962 if there is none */
export function listenersOf(dump: ConfigDump, filter: ListenerFilter): readonly Fields[] {
  const content = section(dump, 'listeners')
  const dynamic = listOf(content['dynamicListeners']).map((entry) => body(at(entry, 'activeState', 'listener')))
  const all = [...dynamic, ...listOf(content['staticListeners']).map((entry) => body(entry['listener']))].filter((listener) => Object.keys(listener).length > 0)
  if (all.length === 0) throw nothingFound('listeners')
  return all.filter((listener) => isWanted(listener, filter))
}

function isWanted(listener: Fields, { address, port, type }: ListenerFilter): boolean {
  if (address && !addressesOf(listener).some((own) => own.toLowerCase() === address.toLowerCase())) return false
  return (!port || portOf(listener) === port) && (!type || typeOf(listener).toLowerCase() === type.toLowerCase())
}

/** The table: one row per filter chain, or with `verbose: false` one per listener. */
export function listenersTable(dump: ConfigDump, filter: ListenerFilter, verbose: boolean, typed = false): string {
  const listeners = [...listenersOf(dump, filter)].sort((a, b) => portOf(a) - portOf(b) || compareText(addressOf(a), addressOf(b)) || compareText(typeOf(a), typeOf(b)))
  const header = [...(typed ? ['NAME'] : []), 'ADDRESSES', 'PORT', ...(verbose ? ['MATCH', 'DESTINATION'] : ['TYPE'])]
  const rows = listeners.flatMap((listener) => {
    const head = [...(typed ? [`listener/${textOf(listener['name'])}`] : []), addressesOf(listener).join(','), String(portOf(listener))]
    if (!verbose) return [[...head, typeOf(listener)]]
    const chains = chainsOf(listener).map((chain) => ({ match: describeChain(fieldsOf(chain['filterChainMatch'])), destination: destinationOf(chain) }))
    return chains.sort((a, b) => compareText(b.destination, a.destination)).map(({ match, destination }) => [...head, match, destination])
  })
  return formatTable(header, rows, 1)
}

const socketOf = (address: unknown): Fields => fieldsOf(at(address, 'socketAddress'))
const addressOf = (listener: Fields): string => textOf(socketOf(listener['address'])['address'])
const portOf = (listener: Fields): number => numberOf(socketOf(listener['address'])['portValue'])
const addressesOf = (listener: Fields): readonly string[] => [addressOf(listener), ...listOf(listener['additionalAddresses']).map((more) => textOf(socketOf(more['address'])['address']))]

const chainsOf = (listener: Fields): readonly Fields[] => [...listOf(listener['filterChains']), ...(isFields(listener['defaultFilterChain']) ? [listener['defaultFilterChain']] : [])]

const isKind = (filter: Fields, name: string, type: string): boolean => filter['name'] === name || textOf(at(filter, 'typedConfig', '@type')).endsWith(type)
const isHttp = (filter: Fields): boolean => isKind(filter, HTTP, '.HttpConnectionManager')
const isTcp = (filter: Fields): boolean => isKind(filter, TCP, '.TcpProxy') && !JSON.stringify(filter['typedConfig'] ?? null).includes('BlackHoleCluster')

/** What kinds of traffic a listener takes; a chain that only closes connections does not count. */
function typeOf(listener: Fields): string {
  const filters = chainsOf(listener).flatMap((chain) => listOf(chain['filters']))
  const http = filters.some(isHttp)
  const tcp = filters.some(isTcp)
  return http ? (tcp ? 'HTTP+TCP' : 'HTTP') : tcp ? 'TCP' : 'UNKNOWN'
}

/** Lists of protocols that Istio always writes alike have names. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http/1.0,http/1.1,h2c,istio-http/1.0,istio-http/1.1,istio-h2', 'App: HTTP TLS'],
  ['istio,istio-http/1.0,istio-http/1.1,istio-h2', 'App: Istio HTTP Plain'],
  ['istio-peer-exchange,istio', 'App: TCP TLS'],
  ['http/1.0,http/1.1,h2c', 'App: HTTP'],
])

function describeChain(match: Fields): string {
  const parts: string[] = []
  const names = textsOf(match['serverNames']).join(',')
  const protocols = textsOf(match['applicationProtocols']).join(',')
  const port = match['destinationPort'] === undefined ? '' : `:${numberOf(match['destinationPort'])}`
  const ranges = listOf(match['prefixRanges']).map((range) => `${textOf(range['addressPrefix'])}/${numberOf(range['prefixLen'])}`).join(',')
  if (names) parts.push(`SNI: ${names}`)
  if (match['transportProtocol']) parts.push(`Trans: ${textOf(match['transportProtocol'])}`)
  if (protocols) parts.push(PROTOCOLS.get(protocols) ?? `App: ${protocols}`)
  if (ranges || port) parts.push(`Addr: ${ranges || '*'}${port}`)
  return parts.join('; ') || 'ALL'
}

function destinationOf(chain: Fields): string {
  for (const filter of listOf(chain['filters'])) {
    const config = filter['typedConfig']
    if (isHttp(filter)) return httpDestination(config)
    if (isTcp(filter)) return clusterText(tcpCluster(config))
  }
  return 'Non-HTTP/Non-TCP'
}

/** A TCP route by weights names all its clusters. */
const tcpCluster = (config: unknown): string => textOf(at(config, 'cluster')) || listOf(at(config, 'weightedClusters', 'clusters')).map((cluster) => textOf(cluster['name'])).join(', ')

/** `PassthroughCluster` and the like need no word before them. */
const clusterText = (cluster: string): string => (cluster.includes('Cluster') ? cluster : `Cluster: ${cluster}`)

function httpDestination(config: unknown): string {
  const inline = at(config, 'routeConfig')
  if (inline !== undefined) return inlineRoutes(fieldsOf(inline))
  const name = textOf(at(config, 'rds', 'routeConfigName'))
  return name ? `Route: ${name}` : 'HTTP'
}

function inlineRoutes(config: Fields): string {
  const hosts = listOf(config['virtualHosts'])
  const only = onlyCluster(hosts)
  if (only) return clusterText(only)
  const described = hosts.map((host) => {
    const domains = textsOf(host['domains']).join('/')
    const routes = listOf(host['routes']).map((route) => describeMatch(fieldsOf(route['match']))).join(', ')
    return domains === '*' ? routes : `${domains} ${routes}`
  })
  return `Inline Route: ${described.join('; ')}`
}

/** A table that sends everything to one cluster is best named by it. */
function onlyCluster(hosts: readonly Fields[]): string {
  const [host, ...others] = hosts
  const [route, ...more] = listOf(host?.['routes'])
  const all = others.length === 0 && more.length === 0 && textsOf(host?.['domains']).join() === '*' && at(route, 'match', 'prefix') === '/'
  return all ? textOf(at(route, 'route', 'cluster')) : ''
}
