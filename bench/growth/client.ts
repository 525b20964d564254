/** A delta xDS client in memory: subscribes as Envoy does, acknowledges everything, counts what it gets. */
import { decode, encode } from '@istio-ts/api-types/envoy'
import { CLUSTER_TYPE, ENDPOINT_TYPE, formatDeltaRequest, LISTENER_TYPE, parseDeltaResponse, ROUTE_TYPE, type DeltaRequest, type StreamTransport, type StreamTransportEvents, type XdsServer } from '@istio-ts/xds-protocol'
import type { ProxyPlace } from './mesh.ts'

/** What all clients received. */
export interface Received {
  messages: number
  resources: number
  bytes: number
}

/** All clients of one server. */
export interface Clients {
  readonly received: Received
  /** Delivers what is on its way, and the acknowledgements, until nothing moves. */
  settle(): void
}

const request = (typeUrl: string, more: Partial<DeltaRequest> = {}): Uint8Array =>
  formatDeltaRequest({ typeUrl, nonce: '', subscribe: [], unsubscribe: [], initialVersions: new Map(), ...more })

/** Names that a cluster or listener makes the client ask for, by name and version: a thousand clients read each resource once. */
type Reader = (name: string, version: string, bytes: Uint8Array) => readonly string[]

function readOnce(read: (bytes: Uint8Array) => readonly string[]): Reader {
  const known = new Map<string, readonly string[]>()
  return (name, version, bytes) => {
    const key = `${name} ${version}`
    const found = known.get(key) ?? read(bytes)
    known.set(key, found)
    return found
  }
}

const endpointsWanted = (bytes: Uint8Array): readonly string[] => {
  const { name = '', type, edsClusterConfig } = decode('envoy.config.cluster.v3.Cluster', bytes)
  return type === 'EDS' ? [edsClusterConfig?.serviceName || name] : []
}

function routesWanted(bytes: Uint8Array): readonly string[] {
  const names = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'routeConfigName' && typeof inner === 'string') names.add(inner)
      else visit(inner)
    }
  }
  visit(decode('envoy.config.listener.v3.Listener', bytes))
  return [...names]
}

/** Connects one client per place. */
export function connectClients(server: XdsServer, places: readonly ProxyPlace[]): Clients {
  const received: Received = { messages: 0, resources: 0, bytes: 0 }
  const inbox: { readonly client: Client; readonly bytes: Uint8Array }[] = []
  const readers = { endpoints: readOnce(endpointsWanted), routes: readOnce(routesWanted) }
  for (const place of places) {
    const client = new Client(place, readers)
    server.accept(client.transport((bytes) => void inbox.push({ client, bytes })), 'delta', { address: place.ip, security: 'plaintext', uris: [] })
    client.start()
  }
  return {
    received,
    settle() {
      for (let next = 0; next < inbox.length; next++) {
        const { client, bytes } = inbox[next]!
        received.messages++
        received.bytes += bytes.length
        received.resources += client.receive(bytes)
      }
      inbox.length = 0
    },
  }
}

class Client {
  readonly #place: ProxyPlace
  readonly #readers: { readonly endpoints: Reader; readonly routes: Reader }
  readonly #asked = new Set<string>()
  #events: StreamTransportEvents | undefined

  constructor(place: ProxyPlace, readers: { readonly endpoints: Reader; readonly routes: Reader }) {
    this.#place = place
    this.#readers = readers
  }

  transport(deliver: (bytes: Uint8Array) => void): StreamTransport {
    return {
      send(bytes) {
        deliver(bytes)
        return true
      },
      close: (status, detail) => {
        throw new Error(`the server closed the stream of ${this.#place.name}: ${status} ${detail ?? ''}`)
      },
      setEvents: (events) => void (this.#events = events),
    }
  }

  start(): void {
    const { name, namespace, ip } = this.#place
    const node = encode('envoy.config.core.v3.Node', {
      id: `sidecar~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`,
      metadata: { NAME: name, NAMESPACE: namespace, CLUSTER_ID: 'Kubernetes', ISTIO_VERSION: '1.32.0', INSTANCE_IPS: ip },
    })
    this.#events?.onMessage(request(CLUSTER_TYPE, { node, subscribe: ['*'] }))
    this.#events?.onMessage(request(LISTENER_TYPE, { subscribe: ['*'] }))
  }

  receive(bytes: Uint8Array): number {
    const { typeUrl, nonce, resources } = parseDeltaResponse(bytes)
    this.#events?.onMessage(request(typeUrl, { nonce }))
    if (typeUrl === CLUSTER_TYPE) this.#follow(ENDPOINT_TYPE, resources.flatMap((one) => this.#readers.endpoints(one.name, one.version, one.bytes)))
    else if (typeUrl === LISTENER_TYPE) this.#follow(ROUTE_TYPE, resources.flatMap((one) => this.#readers.routes(one.name, one.version, one.bytes)))
    return resources.length
  }

  #follow(typeUrl: string, names: readonly string[]): void {
    const fresh = names.filter((name) => !this.#asked.has(`${typeUrl} ${name}`))
    for (const name of fresh) this.#asked.add(`${typeUrl} ${name}`)
    if (fresh.length > 0) this.#events?.onMessage(request(typeUrl, { subscribe: fresh }))
  }
}
