/** The servers of all Gateways of one router, merged by port. @see istio pilot/pkg/model/gateway.go */
import { refOf, type GatewaySpec, type Resource, type Server } from '@istio-ts/api-types'
import { from, type HostName, type Provenance, type ResourceRef } from '@istio-ts/foundation'
import { protocolNamed } from '../services/protocol.ts'
import { isHttp, isTls, type Protocol } from '../view/service-facts.ts'

/** A Gateway resource. */
export type GatewayResource = Resource<GatewaySpec>

/** How a server's port is spoken: plain HTTP, HTTP in TLS, opaque TLS (by server name), or plain TCP. */
export type ServerKind = 'http' | 'https' | 'tls' | 'tcp'

/** One server with the names it goes by. */
export interface GatewayServer {
  readonly server: Server
  readonly kind: ServerKind
  readonly protocol: Protocol
  /** `namespace/name` of its Gateway. */
  readonly gateway: string
  readonly ref: ResourceRef
  readonly serverPort: number
  /** Where the process listens. */
  readonly port: number
  readonly bind: string
  readonly hosts: readonly ServerHost[]
  readonly from: readonly Provenance[]
}

/** A host of a server, and whose routes may be for it (`*` = any namespace). */
export interface ServerHost {
  readonly namespace: string
  readonly host: HostName
}

/** Servers of one bind address and port; all of one kind, or HTTPS and TLS together. */
export interface ServerGroup {
  readonly bind: string
  readonly port: number
  readonly kind: ServerKind
  readonly servers: readonly GatewayServer[]
}

/** A server port and the port that the gateway's process listens on for it. */
export interface GatewayPort {
  readonly port: number
  readonly targetPort: number
}

/** Merges the servers: the oldest Gateway decides how a port is spoken, and of two servers for one name in TLS the first stays. */
export function mergeServers(gateways: readonly GatewayResource[], ports: readonly GatewayPort[]): readonly ServerGroup[] {
  const groups = new Map<string, GatewayServer[]>()
  for (const server of gateways.flatMap((gateway) => serversOf(gateway, ports))) {
    const key = `${server.bind}_${server.port}`
    const group = groups.get(key) ?? []
    groups.set(key, group)
    if (fits(server, group)) group.push(server)
  }
  return [...groups.values()].flatMap((servers): ServerGroup[] => {
    const [first] = servers
    return first ? [{ bind: first.bind, port: first.port, kind: first.kind, servers }] : []
  })
}

function serversOf(gateway: GatewayResource, ports: readonly GatewayPort[]): readonly GatewayServer[] {
  const ref = refOf(gateway)
  return (gateway.spec.servers ?? []).flatMap((server, i): GatewayServer[] => {
    const protocol = protocolNamed(server.port.protocol ?? '')
    const kind = protocol === undefined || protocol === 'udp' ? undefined : kindOf(server, protocol)
    const serverPort = server.port.number ?? 0
    if (!kind || protocol === undefined || protocol === 'udp') return []
    // Several services may stand in front of one gateway and map the port differently; without any the port itself is opened.
    const targets = [...new Set(ports.filter((one) => one.port === serverPort).map((one) => one.targetPort))]
    const bind = server.bind !== undefined && server.bind !== '' ? server.bind : ''
    return (targets.length === 0 ? [serverPort] : targets).map((port) => ({
      server, kind, protocol, gateway: `${ref.namespace}/${ref.name}`, ref, serverPort, port, bind,
      hosts: server.hosts.map((host) => serverHost(host, ref.namespace)), from: [from(ref, `spec.servers[${i}]`)],
    }))
  })
}

function kindOf(server: Server, protocol: Protocol): ServerKind {
  const mode = server.tls?.mode ?? 'PASSTHROUGH'
  const passes = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH'
  if (protocol === 'https') return passes ? 'tls' : 'https'
  if (isTls(protocol)) return 'tls'
  return isHttp(protocol) ? 'http' : 'tcp'
}

function fits(server: GatewayServer, group: readonly GatewayServer[]): boolean {
  const [first] = group
  if (!first) return true
  if (first.kind === 'tcp' || server.kind === 'tcp' || (first.kind === 'http') !== (server.kind === 'http')) return false
  if (server.kind === 'http') return true
  const taken = new Set(group.flatMap((one) => one.hosts.map(({ host }) => host)))
  return !server.hosts.some(({ host }) => taken.has(host))
}

function serverHost(text: string, namespace: string): ServerHost {
  const slash = text.indexOf('/')
  if (slash < 0) return { namespace: '*', host: text.toLowerCase() }
  const owner = text.slice(0, slash)
  return { namespace: owner === '.' ? namespace : owner, host: text.slice(slash + 1).toLowerCase() }
}
