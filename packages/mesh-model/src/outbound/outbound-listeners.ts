/** What a client's proxy listens to, from the services it may call. */
import type { MeshPort, MeshService } from '../services/mesh-service.ts'
import { serviceFacts } from '../services/mesh-service.ts'
import type { TcpChain } from '../view/outbound-listener.ts'
import { isHttp } from '../view/service-facts.ts'
import { dialledAddresses, type Families } from './domains.ts'
import type { ListenerWish } from './listener-drafts.ts'

/** What listeners need to know of the rest of the mesh. */
export interface ListenerSurroundings {
  /** `0.0.0.0`, or `::` for a client with only IPv6 addresses. */
  readonly wildcard: string
  readonly families: Families
  /** Own addresses of the client, on which it does not listen for itself. */
  readonly ownAddresses: readonly string[]
  /** Addresses of the instances of a headless service. */
  instanceAddresses(service: MeshService, port: MeshPort): readonly string[]
  chains(service: MeshService, port: MeshPort, destinations: readonly string[]): readonly TcpChain[]
}

/** Name of the route table of an HTTP listener on all addresses. */
export const portTable = (port: number): string => String(port)

/** Name of the route table of one service's own listener. */
export const hostTable = (host: string, port: number): string => `${host}:${port}`

/** The listeners that the ports of a service want. HTTP is told apart by host, so it listens on all addresses; other traffic by address. */
export function* listenerWishes(service: MeshService, around: ListenerSurroundings): Iterable<ListenerWish> {
  for (const port of service.ports) {
    const common = { port: port.number, service: serviceFacts(service), from: [...service.from, ...port.from] }
    if (isHttp(port.protocol)) {
      yield { ...common, bind: around.wildcard, http: { routeTable: portTable(port.number), protocol: port.protocol, from: common.from }, chains: [] }
      continue
    }
    for (const place of placesOf(service, port, around)) {
      const chains = around.chains(service, port, place.destinations)
      const table = place.bind === around.wildcard ? portTable(port.number) : hostTable(service.host, port.number)
      yield { ...common, bind: place.bind, ...(port.protocol === 'auto' ? { http: { routeTable: table, protocol: port.protocol, from: common.from } } : {}), chains }
    }
  }
}

interface Place {
  readonly bind: string
  readonly destinations: readonly string[]
}

function placesOf(service: MeshService, port: MeshPort, around: ListenerSurroundings): readonly Place[] {
  if (service.headless) {
    const own = new Set(around.ownAddresses)
    const addresses = [...new Set(around.instanceAddresses(service, port))].filter((address) => !own.has(address)).sort()
    return addresses.map((bind) => ({ bind, destinations: [] }))
  }
  const addresses = dialledAddresses(service, around.families)
  if (addresses.length === 0) return [{ bind: around.wildcard, destinations: [] }]
  // A range cannot be listened on: the listener is on all addresses and its chain asks for the range.
  return addresses.map((address) => (address.includes('/') ? { bind: around.wildcard, destinations: [address] } : { bind: address, destinations: [] }))
}
