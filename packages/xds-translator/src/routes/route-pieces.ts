/** A route table taken apart: which rule made which route, and its virtual hosts one by one, so that a refused one need not hold back the others. */
import { decode } from '@istio-ts/api-types/envoy'
import type { HttpProxyListener, RouteTable, VirtualHost } from '@istio-ts/mesh-model'
import type { Provenance } from '@istio-ts/foundation'
import { connectRoute } from '../listeners/http-proxy.ts'
import type { ResourceDetails, XdsPiece, XdsPieces } from '../resource.ts'
import { encodeMessage, RESOURCE_TYPES } from '../wire/encode.ts'
import type { Message } from '../wire/message.ts'

/**
 * What a table says of itself when asked. Virtual hosts that the model does not know (those for unknown hosts) come last and have no origin.
 * @param connecting the listener that takes CONNECT by this table
 */
export function routeDetails(table: RouteTable, connecting: HttpProxyListener | undefined): ResourceDetails {
  const origins = (): readonly HostOrigins[] => table.virtualHosts.map((host) => originsOf(host, connecting))
  return {
    parts: () => origins().flatMap(({ from, routes }, i) => [
      { path: `virtualHosts[${i}]`, from },
      ...routes.flatMap((route, j) => (route ? [{ path: `virtualHosts[${i}].routes[${j}]`, from: route }] : [])),
    ]),
    pieces: (message) => piecesOf(message, origins()),
  }
}

/** Origins of a virtual host and of its routes, by their place in the message. */
interface HostOrigins {
  readonly from: readonly Provenance[]
  readonly routes: readonly (readonly Provenance[] | undefined)[]
}

/** The route for CONNECT, which nobody wrote, comes first where there is one. */
function originsOf(host: VirtualHost, connecting: HttpProxyListener | undefined): HostOrigins {
  const connects = connecting && connectRoute(host.name, connecting) !== undefined
  return { from: host.from, routes: [...(connects ? [undefined] : []), ...host.routes.map((route) => route.from)] }
}

function piecesOf(message: Message, origins: readonly HostOrigins[]): XdsPieces {
  const list = messages(message['virtualHosts']).map((host, i): XdsPiece => ({
    name: String(host['name']),
    field: 'virtualHosts',
    bytes: encodeMessage(VIRTUAL_HOST, host),
    parts: messages(host['routes']).map((route, j) => ({ path: `routes[${j}]`, bytes: encodeMessage('envoy.config.route.v3.Route', route), from: (origins[i]?.routes[j] ?? origins[i]?.from ?? []).map(ofRule) })),
  }))
  return { list, join: (pieces) => encodeMessage(RESOURCE_TYPES.route, { ...message, virtualHosts: pieces.map(({ bytes }) => decode(VIRTUAL_HOST, bytes)) }) }
}

/** The rule rather than the match that made this one route of it: what is refused is seldom the match. */
const ofRule = (origin: Provenance): Provenance => ({ ...origin, path: origin.path.replace(/\.match\[\d+\]$/, '') })

const VIRTUAL_HOST = 'envoy.config.route.v3.VirtualHost'

const messages = (value: unknown): readonly Message[] => (Array.isArray(value) ? value as readonly Message[] : [])
