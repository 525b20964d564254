/** Who is asking: facts from the xDS node and the authenticated peer, immutable for the life of a stream. */
import type { ClusterId, Labels } from '@istio-ts/foundation'

/** What a proxy is for. `grpc` is a proxyless client (metadata `GENERATOR: grpc`). */
export type ProxyType = 'sidecar' | 'router' | 'waypoint' | 'grpc'

/** Where something runs; parts are `''` when unknown. */
export interface Locality {
  readonly region: string
  readonly zone: string
  readonly subzone: string
}

/** The extensions a client has, as `category/type URL` without `type.googleapis.com/`; `all` for clients that announce nothing. */
export type AnnouncedExtensions = 'all' | ReadonlySet<string>

/** How traffic reaches the proxy: iptables REDIRECT or TPROXY, or not at all. */
export type InterceptionMode = 'REDIRECT' | 'TPROXY' | 'NONE'

/** One proxy, as it presents itself (node metadata) and as its certificate proves (service account, namespace). */
export interface ProxyIdentity {
  readonly type: ProxyType
  /** Pod or workload name: the first part of `<name>.<namespace>` in the node id. */
  readonly name: string
  readonly namespace: string
  /** Instance addresses, the primary first. */
  readonly ips: readonly string[]
  readonly labels: Labels
  readonly serviceAccount: string
  readonly cluster: ClusterId
  /** `''` when the mesh is one flat network. */
  readonly network: string
  readonly locality: Locality
  /** `<namespace>.svc.<domain>`. */
  readonly dnsDomain: string
  /** Metadata ISTIO_VERSION, e.g. `1.32.0`; `''` counts as the newest. */
  readonly istioVersion: string
  readonly extensions: AnnouncedExtensions
  /** Metadata ISTIO_TS_PROVENANCE: routes then carry where they came from. */
  readonly wantsProvenance: boolean
  readonly interceptionMode: InterceptionMode
  /** Metadata LOOPBACK, `<namespace>/<name>`: the key of the loopback plan of a local mesh; absent in clusters. */
  readonly loopback?: string
  /** The raw node metadata (PROXY_CONFIG, DNS_CAPTURE, ...), plain JSON. */
  readonly metadata: Readonly<Record<string, unknown>>
}
