/** Interprets a call against listeners and routes as Envoy would take it: the rules of the corpus's SIMULATOR.md, one function each. */
import { cidrContains, parseCidr, parseIp } from '@istio-ts/foundation'
import { list, record, text, type Fields, type Json } from '../json.ts'

/** A call as it is written; see the first lines of SIMULATOR.md for what is filled in. */
export interface Call {
  readonly address?: string
  readonly port: number
  readonly protocol?: 'http' | 'http2' | 'tcp'
  readonly tls?: 'plaintext' | 'tls' | 'mtls'
  readonly alpn?: string
  readonly host?: string
  readonly sni?: string
  readonly path?: string
  readonly callMode?: 'inbound' | 'outbound' | 'gateway'
  readonly mtlsSecretConfigName?: string
}

/** Where the call went, by names; '' where it did not get. */
export interface Result {
  readonly error: string
  readonly listener: string
  readonly filterChain: string
  readonly routeConfig: string
  readonly virtualHost: string
  readonly route: string
  readonly cluster: string
}

/** Generated resources as JSON. */
export interface Generated {
  readonly listeners: readonly Json[]
  readonly routes: readonly Json[]
}

const NOWHERE: Result = { error: '', listener: '', filterChain: '', routeConfig: '', virtualHost: '', route: '', cluster: '' }

/** Follows the call. @throws Error for a call that the rules call invalid */
export function simulate(call: Call, generated: Generated): Result {
  const { tls = 'plaintext', protocol = 'tcp' } = call
  if (call.alpn !== undefined && tls === 'plaintext') throw new Error('a plaintext call has no ALPN')
  const listener = listenerOf(call, generated.listeners)
  if (!listener) return { ...NOWHERE, error: 'no_listener' }
  const at = { ...NOWHERE, listener: text(listener['name']) }
  const chain = chainOf(call, listener)
  if (typeof chain === 'string') return { ...at, error: chain }
  const here = { ...at, filterChain: text(chain['name']) }
  const socket = chain['transportSocket'] === undefined ? undefined : record(chain['transportSocket'])
  if (socket && tls === 'plaintext') return { ...here, error: 'tls_error' }
  if (socket && wantsMutualTls(socket, call) !== (tls === 'mtls')) return { ...here, error: 'mtls_error' }
  const filters = list(chain['filters']).map(record)
  const manager = filters.find(({ name }) => name === 'envoy.filters.network.http_connection_manager')
  if (manager) {
    if (tls !== 'plaintext' && !socket) return { ...here, error: 'protocol_error' }
    if (protocol === 'tcp') return { ...here, error: 'protocol_error' }
    return { ...here, ...routed(call, record(manager['typedConfig']), generated.routes) }
  }
  const proxy = filters.find(({ name }) => name === 'envoy.filters.network.tcp_proxy')
  return { ...here, cluster: text(record(proxy?.['typedConfig'])['cluster']) }
}

/** Rule 1. */
function listenerOf({ callMode, address = '1.3.3.7', port }: Call, listeners: readonly Json[]): Fields | undefined {
  const all = listeners.map(record)
  if (callMode === 'inbound') return all.find(({ name }) => name === 'virtualInbound')
  const on = (ip: string) => all.find((listener) => {
    const addresses = [listener['address'], ...list(listener['additionalAddresses']).map((one) => record(one)['address'])]
    return addresses.some((one) => { const socket = record(record(one)['socketAddress']); return socket['address'] === ip && socket['portValue'] === port })
  })
  return on(address) ?? on('0.0.0.0') ?? all.find(({ name }) => name === 'virtualOutbound')
}

/** Rules 2 and 3: the one chain that is left, or the error. */
function chainOf(call: Call, listener: Fields): Fields | string {
  const { address = '1.3.3.7', port, protocol = 'tcp', tls = 'plaintext', host = '' } = call
  const inspects = (name: string): boolean => list(listener['listenerFilters']).map(record).some((filter) => filter['name'] === name && !isDisabled(filter['filterDisabled'], port))
  const sni = call.sni ?? (tls === 'tls' ? host : '')
  const offered = call.alpn ?? (tls === 'mtls' ? { http: 'istio-http/1.1', http2: 'istio-h2', tcp: 'istio' }[protocol] : tls === 'tls' ? { http: 'http/1.1', http2: 'h2', tcp: '' }[protocol] : '')
  const sees = inspects('envoy.filters.listener.tls_inspector')
  const detected = tls === 'plaintext' && inspects('envoy.filters.listener.http_inspector') ? { http: 'http/1.1', http2: 'h2c', tcp: '' }[protocol] : sees ? offered : ''
  const transport = !sees || tls === 'plaintext' ? 'raw_buffer' : 'tls'
  let chains: readonly Fields[] = list(listener['filterChains']).map(record)
  chains = narrow(chains, 'destinationPort', (value) => (value === port ? 1 : 0))
  chains = narrow(chains, 'prefixRanges', (value) => Math.max(0, ...list(value).map((range) => prefixScore(record(range), address))))
  chains = narrow(chains, 'serverNames', (value) => Math.max(0, ...list(value).map((name) => nameScore(text(name), sni))))
  chains = narrow(chains, 'transportProtocol', (value) => (value === transport ? 1 : 0))
  chains = narrow(chains, 'applicationProtocols', (value) => (list(value).includes(detected) ? 1 : 0))
  const [first, second] = chains
  if (second) return 'multiple_filter_chains'
  return first ?? (listener['defaultFilterChain'] === undefined ? 'no_filter_chain' : record(listener['defaultFilterChain']))
}

/** One step of the match: the chains that match best, else those that do not ask. */
function narrow(chains: readonly Fields[], field: string, score: (value: Json) => number): readonly Fields[] {
  const asked = (chain: Fields): Json | undefined => {
    const value = record(chain['filterChainMatch'])[field]
    return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value
  }
  if (chains.every((chain) => asked(chain) === undefined)) return chains
  const scores = chains.map((chain) => { const value = asked(chain); return value === undefined ? 0 : score(value) })
  const best = Math.max(0, ...scores)
  return best > 0 ? chains.filter((_, i) => scores[i] === best) : chains.filter((chain) => asked(chain) === undefined)
}

function prefixScore(range: Fields, address: string): number {
  const length = typeof range['prefixLen'] === 'number' ? range['prefixLen'] : 0
  const cidr = parseCidr(`${text(range['addressPrefix'])}/${length}`)
  const ip = parseIp(address)
  return cidr && ip && cidrContains(cidr, ip) ? length + 1 : 0
}

const nameScore = (name: string, sni: string): number =>
  name === sni && sni !== '' ? 1_000_000 : name.startsWith('*') && sni.endsWith(name.slice(1)) ? name.length : 0

/** A predicate on the call's port. */
function isDisabled(predicate: Json | undefined, port: number): boolean {
  const { destinationPortRange, anyMatch, orMatch, andMatch, notMatch } = record(predicate)
  if (destinationPortRange !== undefined) {
    const { start, end } = record(destinationPortRange)
    return typeof start === 'number' && typeof end === 'number' && port >= start && port < end
  }
  if (anyMatch === true) return true
  if (orMatch !== undefined) return list(record(orMatch)['rules']).some((one) => isDisabled(one, port))
  if (andMatch !== undefined) return list(record(andMatch)['rules']).every((one) => isDisabled(one, port))
  return notMatch !== undefined && !isDisabled(notMatch, port)
}

/** Rule 4. */
function wantsMutualTls(socket: Fields, { mtlsSecretConfigName = 'default' }: Call): boolean {
  const { requireClientCertificate, commonTlsContext } = record(socket['typedConfig'])
  const [first] = list(record(commonTlsContext)['tlsCertificateSdsSecretConfigs']).map(record)
  return requireClientCertificate === true && first?.['name'] === mtlsSecretConfigName
}

/** Rule 5. */
function routed({ host = '', path = '/', tls = 'plaintext' }: Call, manager: Fields, tables: readonly Json[]): Partial<Result> {
  const rds = text(record(manager['rds'])['routeConfigName'])
  const table = rds === '' ? record(manager['routeConfig']) : tables.map(record).find(({ name }) => name === rds)
  const at = { routeConfig: rds }
  const asked = (table?.['ignorePortInHostMatching'] === true ? host.replace(/:\d+$/, '') : host).toLowerCase()
  const found = virtualHostOf(list(table?.['virtualHosts']).map(record), asked)
  if (!found) return { ...at, error: 'no_virtual_host' }
  const here = { ...at, virtualHost: text(found['name']) }
  if (found['requireTls'] === 'ALL' && tls === 'plaintext') return { ...here, error: 'tls_redirect' }
  const route = list(found['routes']).map(record).find((one) => fits(record(one['match']), path))
  if (!route) return { ...here, error: 'no_route' }
  return { ...here, route: text(route['name']), cluster: text(record(route['route'])['cluster']) }
}

function virtualHostOf(hosts: readonly Fields[], asked: string): Fields | undefined {
  const scored = hosts.flatMap((host) => list(host['domains']).map(text).map((domain) => ({ host, score: domainScore(domain.toLowerCase(), asked) }))).filter(({ score }) => score > 0)
  return scored.sort((a, b) => b.score - a.score)[0]?.host
}

function domainScore(domain: string, asked: string): number {
  if (domain === asked) return 1_000_000
  if (domain === '*') return 1
  if (domain.startsWith('*')) return asked.length > domain.length - 1 && asked.endsWith(domain.slice(1)) ? 10_000 + domain.length : 0
  return domain.endsWith('*') && asked.length > domain.length - 1 && asked.startsWith(domain.slice(0, -1)) ? 100 + domain.length : 0
}

function fits(match: Fields, path: string): boolean {
  if (match['prefix'] !== undefined) return path.startsWith(text(match['prefix']))
  if (match['pathSeparatedPrefix'] !== undefined) return path.startsWith(text(match['pathSeparatedPrefix']))
  if (match['path'] !== undefined) return path === match['path']
  const regex = record(match['safeRegex'])['regex']
  return regex !== undefined && new RegExp(`^(?:${text(regex)})$`).test(path)
}
