/** Feeds the proxy from istiod: one delta ADS stream; each response is compiled whole and accepted or refused whole. */
import { decode, encode, type Messages } from '@istio-ts/api-types/envoy'
import type { Clock, Diagnostic } from '@istio-ts/foundation'
import type { Proxy, ResourceUpdate } from '@istio-ts/proxy-core'
import type { Telemetry } from '@istio-ts/telemetry'
import { CLUSTER_TYPE, ENDPOINT_TYPE, EXTENSION_CONFIG_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE, shortTypeName, xdsClient, type Delivered, type XdsClientConnection } from '@istio-ts/xds-protocol'
import { dialAds, type DialOptions } from '@istio-ts/xds-protocol/grpc'
import { isFileSecret } from './file-secrets.ts'

/** What the feed needs. */
export interface XdsFeedDeps {
  readonly proxy: Proxy
  readonly clock: Clock
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly dial: DialOptions
  readonly node: Messages['envoy.config.core.v3.Node']
  readonly maxReconnectMs: number
}

/** Secrets with these names, and those in files, come from the agent, not from istiod. */
const OWN_SECRETS: ReadonlySet<string> = new Set(['default', 'ROOTCA'])

/** A running feed. */
export class XdsFeed {
  readonly #proxy: Proxy
  readonly #telemetry: Telemetry
  readonly #client: XdsClientConnection
  readonly #asked = new Map<string, ReadonlySet<string>>()
  readonly #accepted = new Set<string>()
  readonly #unobserve: () => void
  #lost = false

  constructor(deps: XdsFeedDeps) {
    this.#proxy = deps.proxy
    this.#telemetry = deps.telemetry
    const { log } = deps.telemetry
    this.#client = xdsClient(
      { clock: deps.clock, random: deps.random, telemetry: deps.telemetry, dial: (variant) => dialAds(deps.dial, variant) },
      { node: encode('envoy.config.core.v3.Node', deps.node), variant: 'delta', backoff: { maxMs: deps.maxReconnectMs } },
      {
        onResponse: (response) => this.#take(response),
        onConnected: () => {
          this.#lost = false
          log.info('connected to istiod', { address: deps.dial.address })
        },
        onDisconnected: (detail) => {
          // Once per outage; the attempts in between are for those who ask.
          log[this.#lost ? 'debug' : 'warn']('lost istiod; traffic goes on with the last configuration', { address: deps.dial.address, detail })
          this.#lost = true
        },
      },
    )
    this.#unobserve = deps.proxy.observe(() => this.#follow())
    this.#client.subscribe(CLUSTER_TYPE, ['*'])
    this.#client.subscribe(LISTENER_TYPE, ['*'])
    this.#follow()
  }

  get connected(): boolean {
    return this.#client.connected
  }

  /** True once clusters and listeners have been accepted. */
  get configured(): boolean {
    return this.#accepted.has(CLUSTER_TYPE) && this.#accepted.has(LISTENER_TYPE)
  }

  close(): void {
    this.#unobserve()
    this.#client.close()
  }

  #take(response: Delivered): void {
    const { typeUrl, nonce } = response
    let detail: string
    try {
      const problems = this.#proxy.apply(updateOf(response))
      if (problems.length === 0) {
        this.#accepted.add(typeUrl)
        return this.#client.accept(typeUrl, nonce)
      }
      detail = problems.map(refusal).join('\n')
    } catch (error) {
      // A message that cannot be read is refused like one that cannot be used.
      detail = error instanceof Error ? error.message : String(error)
    }
    this.#telemetry.log.error('update refused; the last good configuration stays', { type: shortTypeName(typeUrl), detail })
    this.#client.reject(typeUrl, nonce, detail)
  }

  /** Subscribes to what the configuration refers to, and no longer to what it does not. */
  #follow(): void {
    const { wanted } = this.#proxy.config
    this.#want(ENDPOINT_TYPE, wanted.endpoint)
    this.#want(SECRET_TYPE, new Set([...wanted.secret].filter((name) => !OWN_SECRETS.has(name) && !isFileSecret(name))))
    this.#want(EXTENSION_CONFIG_TYPE, wanted.extension)
    this.#want(ROUTE_TYPE, wanted.route)
  }

  #want(typeUrl: string, names: ReadonlySet<string>): void {
    const before = this.#asked.get(typeUrl)
    const add = [...names].filter((name) => before?.has(name) !== true)
    const remove = [...(before ?? [])].filter((name) => !names.has(name))
    if (add.length === 0 && remove.length === 0) return
    this.#asked.set(typeUrl, names)
    this.#client.subscribe(typeUrl, add, remove)
  }
}

/** A line of a refusal: what is wrong and where. What becomes of the rest of the update is istiod's to say: it sends the rest again. */
const refusal = ({ code, path, message }: Diagnostic): string => `${path === undefined ? '' : `${path}: `}${message.replace(/\.?( The whole update is rejected\.)?$/, '')} (${code})`

/** @throws MeshError MESH0190 if a resource is malformed. */
function updateOf({ typeUrl, resources, removed }: Delivered): ResourceUpdate {
  const all = <R>(read: (bytes: Uint8Array) => R): readonly { readonly name: string; readonly version: string; readonly resource: R }[] =>
    resources.map(({ name, version, bytes }) => ({ name, version, resource: read(bytes) }))
  switch (typeUrl) {
    case CLUSTER_TYPE: return { kind: 'cluster', removed, resources: all((bytes) => decode('envoy.config.cluster.v3.Cluster', bytes)) }
    case ENDPOINT_TYPE: return { kind: 'endpoint', removed, resources: all((bytes) => decode('envoy.config.endpoint.v3.ClusterLoadAssignment', bytes)) }
    case ROUTE_TYPE: return { kind: 'route', removed, resources: all((bytes) => decode('envoy.config.route.v3.RouteConfiguration', bytes)) }
    case SECRET_TYPE: return { kind: 'secret', removed, resources: all((bytes) => decode('envoy.extensions.transport_sockets.tls.v3.Secret', bytes)) }
    case EXTENSION_CONFIG_TYPE: return {
      kind: 'extension', removed,
      resources: all((bytes) => decode('envoy.config.core.v3.TypedExtensionConfig', bytes).typedConfig ?? { '@type': '' }),
    }
    default: return { kind: 'listener', removed, resources: all((bytes) => decode('envoy.config.listener.v3.Listener', bytes)) }
  }
}
