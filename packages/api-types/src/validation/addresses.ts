/** Addresses: IP, ranges, unix sockets, `host:port`; ports, their names and protocols. */
import { parseCidr } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../diagnostics.ts'
import { domainProblem, isDnsLabel } from './domains.ts'
import type { Findings } from './findings.ts'
import { isIpAddress } from './ip-address.ts'

export { isIpAddress } from './ip-address.ts'

/** The prefix of an address that is a unix socket. */
export const UNIX_PREFIX = 'unix://'

/** Adds a finding unless the text is an IP address. */
export function checkIpAddress(text: string, at: Findings): void {
  if (!isIpAddress(text)) at.add(found.invalidAddress(`${text} is not a valid IP`))
}

/** Adds a finding unless the text is an address or a range such as `10.0.0.0/8`. */
export function checkIpSubnet(text: string, at: Findings): void {
  if (text.split('/').length !== 2) checkIpAddress(text, at)
  else if (!parseCidr(text)) at.add(found.invalidAddress(`${text} is not a valid CIDR block`))
}

/** Checks the path of a unix socket (without `unix://`): absolute and no folder, or an abstract name that begins with `@`. */
export function checkUnixPath(path: string, at: Findings): void {
  if (path === '') at.add(found.missing('unix address must not be empty'))
  else if (!path.startsWith('@') && (!path.startsWith('/') || path.endsWith('/'))) at.add(found.invalidAddress(`${path} is not an absolute path to a file`))
}

/** Adds a finding unless the number is 1 to 65535. */
export function checkPort(port: number, at: Findings): void {
  if (!(Number.isInteger(port) && port >= 1 && port <= 65535)) at.add(found.outOfRange(`port number ${port} must be in the range 1..65535`))
}

/** Adds a finding unless the text can name a port. */
export function checkPortName(name: string, at: Findings): void {
  if (!isDnsLabel(name)) at.add(found.invalidName(`invalid port name: ${name}`))
}

/** What Istio knows of a protocol. */
export interface ProtocolTraits {
  readonly isHttp: boolean
  readonly isTls: boolean
  readonly isTcp: boolean
}

const HTTP: ProtocolTraits = { isHttp: true, isTls: false, isTcp: false }
const TCP: ProtocolTraits = { isHttp: false, isTls: false, isTcp: true }
const PROTOCOLS: ReadonlyMap<string, ProtocolTraits> = new Map<string, ProtocolTraits>([
  ['http', HTTP],
  ['http_proxy', HTTP],
  ['http2', HTTP],
  ['grpc', HTTP],
  ['grpc-web', HTTP],
  ['tcp', TCP],
  ['mongo', TCP],
  ['redis', TCP],
  ['mysql', TCP],
  ['https', { isHttp: false, isTls: true, isTcp: true }],
  ['tls', { isHttp: false, isTls: true, isTcp: true }],
  ['udp', { isHttp: false, isTls: false, isTcp: false }],
  ['hbone', { isHttp: true, isTls: true, isTcp: false }],
  ['double-hbone', { isHttp: true, isTls: true, isTcp: false }],
])

/** Reads a protocol of a port, in any case; undefined if Istio does not know it. */
export const parseProtocol = (text: string | undefined): ProtocolTraits | undefined => PROTOCOLS.get((text ?? '').toLowerCase())

/** Adds a finding for a protocol Istio does not know; none given means that it is detected. */
export function checkProtocol(protocol: string | undefined, at: Findings): void {
  if (protocol !== undefined && protocol !== '' && !parseProtocol(protocol)) at.add(found.unsupported(`unsupported protocol: ${protocol}`, 'Use HTTP, HTTP2, HTTPS, GRPC, GRPC-Web, TCP, TLS, MONGO, REDIS or MYSQL.'))
}

/** A text in the form `host:port` or `[v6]:port`, taken apart. */
export interface HostPort {
  readonly host: string
  readonly port: string
}

/** Splits `host:port`, `[::1]:port` or `:port`; undefined if it has another form. */
export function splitHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text)
  return match ? { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' } : undefined
}

/** Checks `host:port` with a DNS name or an IP address. */
export function checkProxyAddress(text: string, at: Findings): void {
  const parts = splitHostPort(text)
  if (!parts) return void at.add(found.invalidAddress(`unable to split ${JSON.stringify(text)} into host and port`))
  if (!/^[+-]?\d+$/.test(parts.port)) return void at.add(found.invalidAddress(`port (${parts.port}) is not a number`))
  checkPort(Number(parts.port), at)
  if (domainProblem(parts.host) !== undefined && !isIpAddress(parts.host)) at.add(found.invalidAddress(`${JSON.stringify(parts.host)} is not a valid hostname or an IP address`))
}
