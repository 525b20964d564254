/** Filters that look at a connection before a filter chain is chosen. */
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'

/** Recovers where a captured connection was going. */
export const ORIGINAL_DST: NamedExtension = extension('envoy.filters.listener.original_dst', typed('envoy.extensions.filters.listener.original_dst.v3.OriginalDst'))

/** TPROXY: keeps the client's address; the mark keeps the packets out of the capture rules. */
export const ORIGINAL_SRC: NamedExtension = extension('envoy.filters.listener.original_src', typed('envoy.extensions.filters.listener.original_src.v3.OriginalSrc', { mark: 1337 }))

/** Reads the ClientHello. 512 bytes hold most of them; the buffer grows when needed. */
export const TLS_INSPECTOR: NamedExtension =
  extension('envoy.filters.listener.tls_inspector', typed('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', { initialReadBufferSize: 512 }))

/** Tells HTTP from other bytes. Clients that wait for the server to speak first must not meet it. */
export const HTTP_INSPECTOR: NamedExtension =
  extension('envoy.filters.listener.http_inspector', typed('envoy.extensions.filters.listener.http_inspector.v3.HttpInspector'))

/** The PROXY protocol header of a load balancer in front. */
export const PROXY_PROTOCOL: NamedExtension =
  extension('envoy.filters.listener.proxy_protocol', typed('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'))

const portRange = (port: number): Message => ({ destinationPortRange: { start: port, end: port + 1 } })
const anyOf = (ports: readonly number[]): Message => {
  const [only] = ports
  return ports.length === 1 && only !== undefined ? portRange(only) : { orMatch: { rules: ports.map(portRange) } }
}

/** Which ports need an inspector; `other` = all ports without a chain of their own. */
export interface InspectorNeed {
  readonly ports: ReadonlyMap<number, boolean>
  readonly other: boolean
}

/** An inspector, switched off where nobody needs it; undefined when nobody does. Ports are in order. */
export function inspector(filter: NamedExtension, need: InspectorNeed): Message | undefined {
  const ports = [...need.ports].sort(([a], [b]) => a - b)
  const wanting = ports.filter(([, needed]) => needed).map(([port]) => port)
  const refusing = ports.filter(([, needed]) => !needed).map(([port]) => port)
  if (!need.other && wanting.length === 0) return undefined
  const disabled = need.other ? (refusing.length === 0 ? undefined : anyOf(refusing)) : { notMatch: anyOf(wanting) }
  return present({ ...filter, filterDisabled: disabled })
}
