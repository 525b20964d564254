/** A destination as a client sees it: one per host, port and subset, with everything needed to dial it. */
import type { HostName, Provenance } from '@istio-ts/foundation'
import type { DestinationPolicy, TlsSettings } from './destination-policy.ts'
import type { EndpointGroup } from './endpoint-group.ts'
import type { Protocol, ServiceFacts } from './service-facts.ts'

/** Names an upstream; Istio writes it `outbound|<port>|<subset>|<host>`. */
export interface UpstreamRef {
  readonly host: HostName
  readonly port: number
  /** `''` for the whole service. */
  readonly subset: string
}

/**
 * How endpoints are found. `eds`: sent apart, under {@link Upstream.endpoints}; `static`: in the upstream itself; `strict-dns` and
 * `logical-dns`: names resolved by the proxy (all answers, or one at a time); `original-dst`: where the client dialled;
 * `dynamic-dns`: by the request's own host.
 */
export type Resolution = 'eds' | 'static' | 'strict-dns' | 'logical-dns' | 'original-dst' | 'dynamic-dns'

/**
 * How to protect connections to an upstream.
 * - `none`: plain text.
 * - `auto`: mesh mTLS to endpoints that take it (`tlsMode: istio`), plain text to others.
 * - `mesh`: mesh mTLS to all endpoints (ISTIO_MUTUAL asked for).
 * - `simple` / `mutual`: TLS with the user's own settings.
 */
export type UpstreamTls =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto'; readonly sni: string; readonly subjectAltNames: readonly string[] }
  | { readonly mode: 'mesh'; readonly sni: string; readonly subjectAltNames: readonly string[]; readonly settings: TlsSettings }
  | { readonly mode: 'simple' | 'mutual'; readonly settings: TlsSettings }

/** One destination: host, port and subset with the merged policy of the client's point of view. */
export interface Upstream {
  readonly ref: UpstreamRef
  readonly resolution: Resolution
  readonly protocol: Protocol
  /** The port's name in the service. */
  readonly portName: string
  /** Labels of the subset; empty for the whole service. */
  readonly subsetLabels: Readonly<Record<string, string>>
  /** The services behind it (one, apart from aliases). */
  readonly services: readonly ServiceFacts[]
  /** True for hosts outside the mesh (`location: MESH_EXTERNAL`). */
  readonly external: boolean
  readonly policy: DestinationPolicy
  readonly tls: UpstreamTls
  /** Key of the {@link EndpointGroup} for `eds`, `outbound|<port>|<subset>|<host>`. */
  readonly endpoints: string
  /** The endpoints themselves for `static`, `strict-dns` and `logical-dns`; absent otherwise. */
  readonly staticEndpoints?: EndpointGroup
  /** True if HTTP requests keep the protocol their client used (auto-detected ports). */
  readonly keepClientProtocol: boolean
  /** Sessions stick to endpoints, also to those that are no longer healthy (label `istio.io/persistent-session` of the service). */
  readonly stickySession: boolean
  /** IP families the service has, for DNS look-up; empty = all. */
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  readonly from: readonly Provenance[]
}
