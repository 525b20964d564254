/** The PROXY protocol header towards an upstream, around whatever socket the connection uses. */
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'

const plain: NamedExtension = extension('raw_buffer', typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'))

/** Wraps the sockets of a cluster; V1 is the enum's zero value. */
export function withProxyProtocol(sockets: Message, version: 'V1' | 'V2' | undefined): Message {
  if (version === undefined) return sockets
  const wrap = (socket: unknown): NamedExtension =>
    extension('envoy.transport_sockets.upstream_proxy_protocol', typed('envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport', {
      config: present({ version: version === 'V2' ? 'V2' : undefined }), transportSocket: socket,
    }))
  const { transportSocketMatches: matches } = sockets
  if (!Array.isArray(matches)) return { transportSocket: wrap(sockets['transportSocket'] ?? plain) }
  return { transportSocketMatches: matches.map((match: Message) => ({ ...match, transportSocket: wrap(match['transportSocket']) })) }
}
