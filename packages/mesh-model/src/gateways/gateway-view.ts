/** Listeners, route tables and secrets of a router, from the merged servers of its Gateways. */
import type { HostName } from '@istio-ts/foundation'
import { serverTls } from '../inbound/sidecar-ingress.ts'
import { LOOPBACK } from '../outbound/loopback-outbound.ts'
import type { OutboundClass } from '../outbound/outbound-class.ts'
import type { RouteNodes } from '../outbound/route-nodes.ts'
import { distinctNames } from '../traffic/distinct-names.ts'
import { isFor, type RouteSource } from '../traffic/source.ts'
import { tcpAction, type TcpSurroundings } from '../traffic/tcp-routes.ts'
import { compareRules } from '../traffic/virtual-service-nodes.ts'
import type { VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { GatewayChain, GatewayListener } from '../view/gateway-view.ts'
import type { RouteTable } from '../view/route-table.ts'
import type { SecretRef } from '../view/secret-ref.ts'
import { isVisibleTo } from '../visibility/export-to.ts'
import { gatewayTable, type GatewayRouteSurroundings } from './gateway-routes.ts'
import { servedHosts, sharedHosts } from './served-hosts.ts'
import { mergeServers, type GatewayPort, type GatewayResource, type GatewayServer, type ServerGroup } from './gateway-servers.ts'

export type { GatewayPort, GatewayResource } from './gateway-servers.ts'

/** The Gateways of one router, oldest first. */
export interface MergedGateway {
  /** Namespace of the router's workload. */
  readonly namespace: string
  readonly gateways: readonly GatewayResource[]
}

/** What a router's view needs to know of the rest of the mesh. */
export interface GatewaySurroundings {
  readonly isLocal: boolean
  rulesOf(gateway: string): readonly VirtualServiceModel[]
  readonly routes: RouteNodes
  readonly outbound: OutboundClass
}

/** One listener per address and port. */
export const gatewayListeners = (merged: MergedGateway, ports: readonly GatewayPort[], around: GatewaySurroundings): readonly GatewayListener[] =>
  reachable(mergeServers(merged.gateways, ports), ports, around).map((group) => listener(group, around)).filter((one) => one.routeTable !== undefined || one.chains.length > 0).sort((a, b) => a.port - b.port || (a.bind < b.bind ? -1 : 1))

/** Route tables of all HTTP servers. */
export function gatewayTables(merged: MergedGateway, ports: readonly GatewayPort[], around: GatewaySurroundings): readonly RouteTable[] {
  const routeAround: GatewayRouteSurroundings = {
    namespace: merged.namespace, rulesOf: around.rulesOf, surroundings: (server) => around.routes.surroundings(sourceOf(server, around)),
  }
  return reachable(mergeServers(merged.gateways, ports), ports, around).flatMap((group) => {
    if (group.kind === 'http') return [gatewayTable(httpTable(group), group.servers, routeAround)]
    return group.servers.filter((server) => server.kind === 'https').map((server) => gatewayTable(httpsTable(server), [server], routeAround))
  })
}

/** A local mesh opens only the ports that the user chose; a process without privileges none below 1024. */
const reachable = (groups: readonly ServerGroup[], ports: readonly GatewayPort[], around: GatewaySurroundings): readonly ServerGroup[] =>
  around.isLocal ? groups.filter((group) => ports.some((one) => one.targetPort === group.port)) : groups.filter((group) => !around.outbound.isUnprivileged || group.port >= 1024)

const httpTable = (group: ServerGroup): string => `http.${group.port}${group.bind === '' ? '' : `.${group.bind}`}`

const httpsTable = (server: GatewayServer): string =>
  `https.${server.serverPort}.${server.server.port.name ?? ''}.${server.ref.name}.${server.ref.namespace}${server.bind === '' ? '' : `.${server.bind}`}`

const sourceOf = (server: GatewayServer, around: GatewaySurroundings): RouteSource =>
  ({ gateways: [server.gateway], namespace: around.outbound.namespace, labels: around.outbound.labels, port: server.serverPort })

function listener(group: ServerGroup, around: GatewaySurroundings): GatewayListener {
  const isHttp = group.kind === 'http'
  return {
    bind: bindOf(group, around),
    port: group.port,
    serverPort: group.servers[0]?.serverPort ?? group.port,
    protocol: isHttp ? 'http' : group.kind === 'tcp' ? 'tcp' : 'tls',
    ...(isHttp ? { routeTable: httpTable(group) } : {}),
    chains: isHttp ? [] : distinctNames(group.servers.flatMap((server) => chains(server, around))),
    proxyProtocol: false,
    from: group.servers.flatMap((server) => server.from),
  }
}

function bindOf(group: ServerGroup, around: GatewaySurroundings): string {
  if (group.bind !== '') return group.bind
  if (around.isLocal) return LOOPBACK
  return around.outbound.ipFamilies.includes('IPv4') || around.outbound.ipFamilies.length === 0 ? '0.0.0.0' : '::'
}

function chains(server: GatewayServer, around: GatewaySurroundings): readonly GatewayChain[] {
  const common = { gateway: server.ref, portName: server.server.port.name ?? '', from: server.from }
  const names = serverNames(server.hosts.map(({ host }) => host))
  if (server.kind === 'https') return [{ ...common, serverNames: names, ...tlsPart(server), routeTable: httpsTable(server) }]
  const mode = server.server.tls?.mode ?? 'PASSTHROUGH'
  const terminates = server.kind === 'tls' && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH'
  return terminates || server.kind === 'tcp' ? tcpOf(server, names, terminates, common, around) : tlsOf(server, common, around)
}

/** A wildcard of everything is no server name at all. */
const serverNames = (hosts: readonly HostName[]): readonly string[] => (hosts.includes('*') ? [] : hosts)

const tlsPart = (server: GatewayServer): Pick<GatewayChain, 'tls'> => (server.server.tls ? { tls: serverTls(server.server.tls) } : {})

type Common = Pick<GatewayChain, 'gateway' | 'portName' | 'from'>

/** TCP rules of the first VirtualService that has some for the server. */
function tcpOf(server: GatewayServer, names: readonly string[], terminates: boolean, common: Common, around: GatewaySurroundings): readonly GatewayChain[] {
  const surroundings = tcpSurroundings(server, around)
  for (const rules of rulesOf(server, around)) {
    for (const [i, rule] of rules.tcp.entries()) {
      const matches = !rule.match || rule.match.length === 0 || rule.match.some((match) => isFor(match, surroundings.source, rules.namespace))
      if (!matches) continue
      const origin = [{ resource: rules.ref, path: `spec.tcp[${i}]` }]
      return [{ ...common, serverNames: terminates ? names : [], ...(terminates ? tlsPart(server) : {}), tcp: tcpAction(rule.route ?? [], rules, origin, surroundings), from: [...origin, ...common.from] }]
    }
  }
  return []
}

/** TLS rules by server name, of all VirtualServices of the server. */
function tlsOf(server: GatewayServer, common: Common, around: GatewaySurroundings): readonly GatewayChain[] {
  const surroundings = tcpSurroundings(server, around)
  return rulesOf(server, around).flatMap((rules) => rules.tls.flatMap((rule, i) => rule.match.flatMap((match, m): GatewayChain[] => {
    if (!isFor(match, surroundings.source, rules.namespace)) return []
    const origin = [{ resource: rules.ref, path: `spec.tls[${i}].match[${m}]` }, { resource: rules.ref, path: `spec.tls[${i}]` }]
    return [{ ...common, serverNames: serverNames(match.sniHosts), tcp: tcpAction(rule.route ?? [], rules, origin.slice(1), surroundings), from: [...origin, ...common.from] }]
  })))
}

/** The rules that have a host of the server. */
function rulesOf(server: GatewayServer, around: GatewaySurroundings): readonly VirtualServiceModel[] {
  const served = servedHosts(server.hosts)
  return around.rulesOf(server.gateway).filter((one) => isVisibleTo(one.visibility, around.outbound.namespace) && sharedHosts(one, served).length > 0).sort(compareRules)
}

function tcpSurroundings(server: GatewayServer, around: GatewaySurroundings): TcpSurroundings {
  const source = sourceOf(server, around)
  return { ...around.routes.surroundings(source), policy: (ref) => around.routes.policy(ref, source) }
}

/** Where the TLS settings of a server name a credential. */
const inTls = (server: GatewayServer, field: string): SecretRef['from'] => server.from.map(({ resource, path }) => ({ resource, path: `${path}.tls.${field}` }))

/** Secrets that the servers name; a mutual server also needs the CA beside its certificate. */
export function gatewaySecrets(merged: MergedGateway): readonly SecretRef[] {
  const secrets = merged.gateways.flatMap((gateway) => mergeServers([gateway], []).flatMap((group) => group.servers).flatMap((server): SecretRef[] => {
    const tls = server.server.tls
    if (!tls) return []
    const names = [...(tls.credentialName === undefined || tls.credentialName === '' ? [] : [tls.credentialName]), ...(tls.credentialNames ?? [])]
    const needsCa = tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL'
    const certificates = names.map((name): SecretRef => secretRef(name, 'certificate', merged.namespace, inTls(server, tls.credentialName === name ? 'credentialName' : 'credentialNames')))
    const [first] = names
    const ca = needsCa ? [secretRef(tls.caCertCredentialName ?? `${first ?? ''}-cacert`, 'ca', merged.namespace, inTls(server, tls.caCertCredentialName === undefined ? 'credentialName' : 'caCertCredentialName'))] : []
    return [...certificates, ...ca]
  }))
  return [...new Map(secrets.map((one) => [`${one.name}/${one.part}`, one])).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A credential as it is read: a router may have Secrets of its own namespace. */
export const secretRef = (name: string, part: SecretRef['part'], namespace: string, from: SecretRef['from']): SecretRef =>
  ({ name: name.includes('://') ? name : `kubernetes://${name}`, kind: name.startsWith('configmap://') ? 'ConfigMap' : 'Secret', namespace, resource: name.replace(/^[a-z-]+:\/\//, ''), part, from })
