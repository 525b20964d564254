/** One proxy of a scenario: the real data plane on the memory network, fed by a real xDS client session. */
import { decode, encode, type Messages } from '@istio-ts/api-types/envoy'
import { renewalDelayMs, ROOT_SECRET, WORKLOAD_SECRET, workloadSecrets } from '@istio-ts/ca'
import type { Cancel, Clock, MeshError } from '@istio-ts/foundation'
import type { ProxyIdentity } from '@istio-ts/mesh-model'
import { nackDetail, Proxy, standardCodecs, type IoEngine, type ResourceUpdate } from '@istio-ts/proxy-core'
import { silentTelemetry } from '@istio-ts/telemetry'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE, xdsClient, type Delivered, type StreamTransport, type XdsVariant } from '@istio-ts/xds-protocol'
import type { WorkloadCertificate } from './certificates.ts'
import { nodeId } from './control-plane.ts'

/** What a proxy needs. */
export interface SidecarDeps {
  readonly clock: Clock
  readonly engine: IoEngine
  readonly random: () => number
  readonly identity: ProxyIdentity
  /** The first certificate, and how to get the next one. */
  readonly certificate: WorkloadCertificate
  readonly renew: () => Promise<WorkloadCertificate>
  readonly variant: XdsVariant
  readonly dial: () => StreamTransport
}

/** Names that DNS knows: programs outside of the mesh, all on loopback. */
const OUTSIDE = /\.example\.org$/

/** A running proxy. */
export interface Sidecar {
  readonly proxy: Proxy
  /** Lines of its access log so far. */
  readonly log: readonly string[]
  /** How many certificates it has had by now. */
  readonly certificates: number
  /** Faults of ours; a scenario fails if there is one. */
  readonly errors: readonly MeshError[]
  /** True once it holds clusters and listeners, and all of them listen. */
  ready(): boolean
  stop(): Promise<void>
}

/** Starts it; configuration arrives as the world goes on. */
export function startSidecar(deps: SidecarDeps): Sidecar {
  const log: string[] = []
  const errors: MeshError[] = []
  const { identity, clock, random } = deps
  const proxy = new Proxy({
    engine: deps.engine, codecs: standardCodecs, clock, random, hostname: identity.name, environment: () => undefined,
    node: { id: nodeId(identity), metadata: identity.metadata },
    resolver: { resolve: (host, _family, done) => queueMicrotask(() => done(OUTSIDE.test(host) ? { ok: true, addresses: ['127.0.0.1'] } : { ok: false, detail: `${host} has no address in a scenario` })) },
    logSink: { write: (_path, text) => void log.push(...text.split('\n').filter((line) => line !== '')) },
    schedule: queueMicrotask,
    explain: true,
    onError: (error) => void errors.push(error),
  })
  const keeper = keepCertificate(proxy, deps)
  const feed = startFeed(proxy, deps)
  return {
    proxy, log, errors,
    get certificates() {
      return keeper.taken
    },
    // A gateway that no Gateway selects has nothing to listen on, and is as ready as it can be.
    ready: () => feed.configured() && (proxy.listening || proxy.config.listeners.size === 0),
    async stop() {
      keeper.stop()
      feed.stop()
      await proxy.stop()
    },
  }
}

/** Gives the proxy its certificate, and the next one half-way through its life. */
function keepCertificate(proxy: Proxy, { clock, random, certificate, renew }: SidecarDeps): { readonly taken: number; stop(): void } {
  const held: { taken: number; timer?: Cancel } = { taken: 0 }
  const take = (next: WorkloadCertificate): void => {
    held.taken++
    proxy.apply({ kind: 'secret', removed: [], resources: workloadSecrets(next).map((secret) => ({ name: secret.name, version: `${held.taken}`, resource: secret })) })
    held.timer = clock.after(renewalDelayMs(next, clock.now(), random()), () => void renew().then(take))
  }
  take(certificate)
  return {
    get taken() {
      return held.taken
    },
    stop: () => held.timer?.(),
  }
}

function startFeed(proxy: Proxy, { clock, random, identity, variant, dial }: SidecarDeps): { configured(): boolean; stop(): void } {
  const accepted = new Set<string>()
  const asked = new Map<string, ReadonlySet<string>>()
  const take = (response: Delivered): void => {
    const problems = proxy.apply(updateOf(response))
    if (problems.length > 0) return client.reject(response.typeUrl, response.nonce, nackDetail(problems))
    accepted.add(response.typeUrl)
    client.accept(response.typeUrl, response.nonce)
  }
  const node = encode('envoy.config.core.v3.Node', { id: nodeId(identity), cluster: identity.name, userAgentName: 'istio-ts' })
  const client = xdsClient({ clock, random, telemetry: silentTelemetry(), dial }, { node, variant }, { onResponse: take })
  const want = (typeUrl: string, names: ReadonlySet<string>): void => {
    const before = asked.get(typeUrl) ?? new Set()
    const add = [...names].filter((name) => !before.has(name))
    const remove = [...before].filter((name) => !names.has(name))
    if (add.length === 0 && remove.length === 0) return
    asked.set(typeUrl, names)
    client.subscribe(typeUrl, add, remove)
  }
  const follow = (): void => {
    want(ENDPOINT_TYPE, proxy.config.wanted.endpoint)
    want(SECRET_TYPE, new Set([...proxy.config.wanted.secret].filter((name) => name !== WORKLOAD_SECRET && name !== ROOT_SECRET)))
    want(ROUTE_TYPE, proxy.config.wanted.route)
  }
  const unobserve = proxy.observe(follow)
  client.subscribe(CLUSTER_TYPE, ['*'])
  client.subscribe(LISTENER_TYPE, ['*'])
  return {
    configured: () => accepted.has(CLUSTER_TYPE) && accepted.has(LISTENER_TYPE),
    stop() {
      unobserve()
      client.close()
    },
  }
}

function updateOf({ typeUrl, resources, removed }: Delivered): ResourceUpdate {
  const all = <N extends keyof Messages & Parameters<typeof decode>[0]>(name: N): readonly { readonly name: string; readonly version: string; readonly resource: Messages[N] }[] =>
    resources.map((resource) => ({ name: resource.name, version: resource.version, resource: decode(name, resource.bytes) }))
  switch (typeUrl) {
    case CLUSTER_TYPE: return { kind: 'cluster', removed, resources: all('envoy.config.cluster.v3.Cluster') }
    case ENDPOINT_TYPE: return { kind: 'endpoint', removed, resources: all('envoy.config.endpoint.v3.ClusterLoadAssignment') }
    case ROUTE_TYPE: return { kind: 'route', removed, resources: all('envoy.config.route.v3.RouteConfiguration') }
    case SECRET_TYPE: return { kind: 'secret', removed, resources: all('envoy.extensions.transport_sockets.tls.v3.Secret') }
    case LISTENER_TYPE: return { kind: 'listener', removed, resources: all('envoy.config.listener.v3.Listener') }
    default: throw new Error(`a scenario has no resources of type ${typeUrl}`)
  }
}
