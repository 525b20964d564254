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

/** A server that an older one leaves no room for: of its host, or (without `host`) because the port is spoken in another way. */
export interface UnservedServer {
  readonly server: GatewayServer
  readonly winner: GatewayServer
  readonly host?: HostName
}

/** Merges the servers of Gateways, oldest first: the first decides how a port is spoken, and of two servers for one name in TLS the first stays. */
export const mergeServers = (gateways: readonly GatewayResource[], ports: readonly GatewayPort[]): readonly ServerGroup[] => merge(gateways, ports).groups

/** The servers that {@link mergeServers} leaves out. */
export const leftOut = (gateways: readonly GatewayResource[]): readonly UnservedServer[] => merge(gateways, []).unserved

function merge(gateways: readonly GatewayResource[], ports: readonly GatewayPort[]): { readonly groups: readonly ServerGroup[]; readonly unserved: readonly UnservedServer[] } {
  const byPlace = new Map<string, Place>()
  const unserved: UnservedServer[] = []
  for (const server of gateways.flatMap((gateway) => serversOf(gateway, ports))) {
    const key = `${server.bind}_${server.port}`
    const place: Place = byPlace.get(key) ?? { servers: [], ownerOf: new Map() }
    byPlace.set(key, place)
    const conflict = conflictOf(server, place)
    if (conflict) {
      unserved.push(conflict)
      continue
    }
    for (const { host } of server.hosts) place.ownerOf.set(host, place.servers.length)
    place.servers.push(server)
  }
  const groups = [...byPlace.values()].flatMap(({ servers }): ServerGroup[] => {
    const [first] = servers
    return first ? [{ bind: first.bind, port: first.port, kind: first.kind, servers }] : []
  })
  return { groups, unserved }
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

/** Servers of one bind address and port as they come; a host's owner is its place among them. */
interface Place {
  readonly servers: GatewayServer[]
  readonly ownerOf: Map<HostName, number>
}

/** What keeps a server out of its port's group. */
function conflictOf(server: GatewayServer, { servers, ownerOf }: Place): UnservedServer | undefined {
  const [first] = servers
  if (!first) return undefined
  if (first.kind === 'tcp' || server.kind === 'tcp' || (first.kind === 'http') !== (server.kind === 'http')) return { server, winner: first }
  if (server.kind === 'http') return undefined
  const [taken] = server.hosts.flatMap(({ host }) => (ownerOf.has(host) ? [{ host, owner: ownerOf.get(host) ?? 0 }] : [])).sort((a, b) => a.owner - b.owner)
  const winner = taken && servers[taken.owner]
  return winner && { server, winner, host: taken.host }
}

/** `namespace/host` of a server; `.` is the Gateway's own namespace, and none means any. */
export function serverHost(text: string, namespace: string): ServerHost {
  const slash = text.indexOf('/')
  if (slash < 0) return { namespace: '*', host: text.toLowerCase() }
  const owner = text.slice(0, slash)
  return { namespace: owner === '.' ? namespace : owner, host: text.slice(slash + 1).toLowerCase() }
}
