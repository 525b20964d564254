/** Istio's rules for a Gateway. */
import { apiDiagnostics as found } from '../../../diagnostics.ts'
import type { Resource } from '../../../resource.ts'
import { checkIpAddress, checkPort, checkUnixPath, parseProtocol, UNIX_PREFIX } from '../../../validation/addresses.ts'
import { checkNamespacedHost, isDnsLabel } from '../../../validation/domains.ts'
import type { Findings } from '../../../validation/findings.ts'
import { checkServerTls } from '../../../validation/server-tls.ts'
import type { Port } from '../../shared/port.ts'
import type { GatewaySpec, Server } from './types.ts'

/** Marks what istiod makes from Gateway API gateways. */
const GATEWAY_SEMANTICS = 'internal.istio.io/gateway-semantics'

/** Checks the spec; `at` stands at it. */
export function checkGateway(spec: GatewaySpec, at: Findings, resource: Pick<Resource, 'metadata'>): void {
  const gatewaySemantics = resource.metadata.annotations?.[GATEWAY_SEMANTICS] === 'gateway'
  if (!isDnsLabel(resource.metadata.name) && !gatewaySemantics) at.add(found.invalidName(`invalid gateway name: ${JSON.stringify(resource.metadata.name)}`))
  if (!spec.servers || spec.servers.length === 0) at.at('servers').add(found.missing('gateway must have at least one server'))
  const names = new Set<string>()
  at.each('servers', spec.servers, (server, place) => {
    checkServer(server, { gatewaySemantics }, place)
    if (!server.port) return
    const name = server.port.name ?? ''
    if (names.has(name)) place.at('port').at('name').add(found.duplicate(`port names in servers must be unique: duplicate name ${name}`, 'Give each port its own name.'))
    names.add(name)
    if (server.tls?.httpsRedirect && !parseProtocol(server.port.protocol)?.isHttp) {
      place.at('tls').at('httpsRedirect').add(found.ineffective('tls.httpsRedirect should only be used with http servers'))
    }
  })
}

/** Where a server comes from. */
export interface ServerUse {
  /** Made from the Gateway API. */
  readonly gatewaySemantics?: boolean
  /** The port is chosen later. */
  readonly skipPortCheck?: boolean
}

/** Checks one server. */
export function checkServer(server: Partial<Server>, use: ServerUse, at: Findings): void {
  if (!server.hosts || server.hosts.length === 0) at.at('hosts').add(found.missing('server config must contain at least one host'))
  at.each('hosts', server.hosts, (host, place) => checkNamespacedHost(host, use.gatewaySemantics ? 'gateway-api' : 'gateway', place))
  const bind = server.bind ?? ''
  const before = at.count
  if (!use.skipPortCheck) checkServerPort(server.port, bind, at.at('port'))
  const isPortFine = at.count === before
  checkBind(server.port, bind, at)
  checkServerTls(server.tls, at.at('tls'))
  if (isPortFine) checkTlsFitsPort(server, at)
}

/** Checks the port of a server. */
export function checkServerPort(port: Port | undefined, bind: string, at: Findings): void {
  if (!port) return at.add(found.missing('port is required'))
  if (!parseProtocol(port.protocol)) {
    at.at('protocol').add(found.unsupported(`invalid protocol ${JSON.stringify(port.protocol ?? '')}, supported protocols are HTTP, HTTP2, HTTPS, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP, TLS`))
  }
  if ((port.number ?? 0) > 0 || !bind.startsWith(UNIX_PREFIX)) checkPort(port.number ?? 0, at.at('number'))
  if ((port.targetPort ?? 0) > 0) at.at('targetPort').add(found.unsupported('targetPort has no impact on Gateways', 'Remove it.'))
  if (!port.name) at.at('name').add(found.missing('port name must be set'))
}

function checkBind(port: Port | undefined, bind: string, at: Findings): void {
  if (bind === '') return
  if (!bind.startsWith(UNIX_PREFIX)) return checkIpAddress(bind, at.at('bind'))
  checkUnixPath(bind.slice(UNIX_PREFIX.length), at.at('bind'))
  if (port?.number) at.at('port').at('number').add(found.conflict('port number must be 0 for unix domain socket', 'Set the number to 0.'))
}

/** HTTPS and TLS need settings; plain HTTP may only redirect. */
function checkTlsFitsPort(server: Partial<Server>, at: Findings): void {
  const protocol = parseProtocol(server.port?.protocol)
  const { tls } = server
  if (protocol?.isTls) {
    if (!tls) at.at('tls').add(found.missing('server must have TLS settings for HTTPS/TLS protocols'))
    return
  }
  if (!tls) return
  if (!protocol?.isHttp) return at.at('tls').add(found.conflict('server cannot have TLS settings for non HTTPS/TLS ports'))
  const passes = tls.mode === undefined || tls.mode === 'PASSTHROUGH' || tls.mode === 'AUTO_PASSTHROUGH'
  if (!passes || tls.caCertificates || tls.privateKey || tls.serverCertificate) at.at('tls').add(found.conflict('server cannot have TLS settings for plain text HTTP ports', 'Use protocol HTTPS.'))
}
