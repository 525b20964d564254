/** The filter chains of one inbound port: mTLS or not, HTTP or not, told apart by TLS, ALPN and the first bytes. */
import { isHttp, type MutualTlsMode, type Protocol, type ServerTls } from '@istio-ts/mesh-model'
import type { Provenance } from '@istio-ts/foundation'
import { configMetadata } from '../names/config-path.ts'
import { networkFilters } from '../network-filters/order.ts'
import { tcpProxyTo, withCodec } from '../network-filters/tcp-proxy/index.ts'
import { present, type Message } from '../wire/message.ts'
import type { NamedExtension } from '../wire/named-extension.ts'
import { tcpSettings } from './chains.ts'
import { meshServerSocket, proxyCertificates, serverAlpn, userServerSocket } from './downstream-tls.ts'
import { httpConnectionManager } from './http-connection-manager.ts'
import { authorizationScope, type ListenerScope } from './scope.ts'
import { PLAIN_HTTP } from './outbound-listener.ts'

/** What a mesh client offers for HTTP, by its protocol. */
const MESH_HTTP_ALPN = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2']
/** What a mesh client offers for opaque bytes. */
const MESH_TCP_ALPN = ['istio-peer-exchange', 'istio']
/** All of it: where the protocol is declared, only "mesh or not" is asked. */
const MESH_ALPN = ['istio', 'istio-peer-exchange', ...MESH_HTTP_ALPN]

/** What the chains of one port are made from. */
export interface InboundPort {
  /** Matched as destination port; undefined for the chains of ports without a service. */
  readonly port: number | undefined
  readonly protocol: Protocol
  readonly mtls: MutualTlsMode
  readonly tls?: ServerTls
  readonly cluster: string
  readonly names: { readonly http: string; readonly tcp: string }
  readonly statPrefix: string
  readonly routes: Message
  readonly from: readonly Provenance[]
}

/** One way in. */
interface Entrance {
  readonly transportProtocol: 'tls' | 'raw_buffer'
  readonly applicationProtocols?: readonly string[]
  readonly http: boolean
  /** Terminates TLS; an entrance for foreign TLS passes it on untouched. */
  readonly terminates: boolean
}

/** The chains, in Istio's order. */
export const inboundChains = (port: InboundPort, scope: ListenerScope): readonly Message[] =>
  entrances(port).map((entrance) => chain(port, entrance, scope))

/** @see https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
function entrances(port: InboundPort): readonly Entrance[] {
  const { mtls, protocol } = port
  const declaredHttp = isHttp(protocol)
  if (port.tls !== undefined) return [{ transportProtocol: 'tls', http: declaredHttp || protocol === 'https', terminates: true }]
  if (protocol !== 'auto') {
    const mesh: Entrance = { transportProtocol: 'tls', applicationProtocols: MESH_ALPN, http: declaredHttp, terminates: true }
    const plain: Entrance = { transportProtocol: 'raw_buffer', http: declaredHttp, terminates: false }
    if (mtls === 'STRICT') return [{ transportProtocol: 'tls', http: declaredHttp, terminates: true }]
    if (mtls === 'DISABLE') return [plain]
    // Opaque ports may speak TLS of their own, which only the workload can read.
    return declaredHttp ? [mesh, plain] : [mesh, { transportProtocol: 'tls', http: false, terminates: false }, plain]
  }
  const meshHttp: Entrance = { transportProtocol: 'tls', applicationProtocols: MESH_HTTP_ALPN, http: true, terminates: true }
  const plainHttp: Entrance = { transportProtocol: 'raw_buffer', applicationProtocols: PLAIN_HTTP, http: true, terminates: false }
  const plainTcp: Entrance = { transportProtocol: 'raw_buffer', http: false, terminates: false }
  if (mtls === 'STRICT') return [meshHttp, { transportProtocol: 'tls', http: false, terminates: true }]
  if (mtls === 'DISABLE') return [plainHttp, plainTcp]
  return [
    meshHttp,
    plainHttp,
    { transportProtocol: 'tls', applicationProtocols: MESH_TCP_ALPN, http: false, terminates: true },
    plainTcp,
    { transportProtocol: 'tls', http: false, terminates: false },
  ]
}

/** Whether the port must be looked at before a chain can be chosen. */
export const inspectors = (port: InboundPort): { readonly tls: boolean; readonly http: boolean } => {
  const ways = entrances(port)
  return {
    tls: ways.some((way) => way.transportProtocol === 'tls'),
    http: ways.some((way) => way.transportProtocol === 'raw_buffer' && way.applicationProtocols !== undefined),
  }
}

function chain(port: InboundPort, entrance: Entrance, scope: ListenerScope): Message {
  const filters = [
    ...networkFilters({ place: 'inbound', view: scope.view, extensions: scope.extensions, authorization: authorizationScope(scope, true), http: entrance.http, guarded: true }),
    ...(entrance.http ? [httpManager(port, scope)] : withCodec(port.protocol, port.cluster, tcpProxyTo(port.cluster, tcpSettings('inbound', scope)))),
  ]
  return present({
    name: entrance.http ? port.names.http : port.names.tcp,
    filterChainMatch: present({ destinationPort: port.port, transportProtocol: entrance.transportProtocol, applicationProtocols: entrance.applicationProtocols }),
    filters,
    transportSocket: entrance.terminates ? transportSocket(port, entrance, scope) : undefined,
    metadata: configMetadata(port.from, ['Sidecar']),
  })
}

function transportSocket(port: InboundPort, entrance: Entrance, scope: ListenerScope): NamedExtension {
  const alpn = serverAlpn(!entrance.http, scope.extensions)
  return port.tls === undefined ? meshServerSocket(alpn, scope.view.mesh, proxyCertificates(scope.view.proxy.metadata)) : userServerSocket(port.tls, alpn, scope.view.mesh)
}

const httpManager = (port: InboundPort, scope: ListenerScope): NamedExtension =>
  httpConnectionManager({ place: 'inbound', statPrefix: port.statPrefix, routes: { inline: port.routes }, protocol: port.protocol }, scope)
