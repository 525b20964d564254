/** The model's face: what one class of proxies should do. Plain frozen data, printable, the only input of the translator. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { AnnouncedExtensions, InterceptionMode, Locality, ProxyType } from '../identity/proxy-identity.ts'
import type { Bundle } from './bundle.ts'
import type { EndpointGroup } from './endpoint-group.ts'
import type { GatewayView } from './gateway-view.ts'
import type { InboundView } from './inbound-server.ts'
import type { LoopbackView } from './loopback-view.ts'
import type { MeshSettings } from './mesh-settings.ts'
import type { HttpProxyListener, OutboundListener } from './outbound-listener.ts'
import type { RouteTarget } from './route-action.ts'
import type { RouteTable, UnknownHost } from './route-table.ts'
import type { SecretRef } from './secret-ref.ts'
import type { SecurityPolicy } from './security-policy.ts'
import type { TelemetryPolicy } from './telemetry-policy.ts'
import type { Upstream } from './upstream.ts'

/** What all proxies of a class have in common; the class is exactly what the view key holds. */
export interface ProxyClass {
  readonly type: ProxyType
  readonly namespace: string
  readonly cluster: string
  readonly network: string
  readonly locality: Locality
  readonly dnsDomain: string
  readonly istioVersion: string
  readonly extensions: AnnouncedExtensions
  readonly wantsProvenance: boolean
  readonly interceptionMode: InterceptionMode
  /** Label `service.istio.io/canonical-name` (default `unknown`) and `-revision` (default `latest`), for traces. */
  readonly canonicalService: string
  readonly canonicalRevision: string
  readonly serviceAccount: string
  readonly meshId: string
  /** Which families the proxy has addresses of. */
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  /** Node metadata that shapes configuration (HTTP10, DNS_CAPTURE, IDLE_TIMEOUT, ...), only keys of a fixed list. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What the workload may call. Shared by all proxies of an outbound class, so its key does not name the workload. */
export interface OutboundView {
  readonly key: string
  /** One bundle per source namespace (and visibility). */
  readonly upstreams: readonly Bundle<Upstream>[]
  /** The endpoints of the `eds` upstreams, bundled alike. In lists that stay the same objects, so that one change is found by looking into one. */
  readonly endpoints: readonly (readonly Bundle<EndpointGroup>[])[]
  /** Merged over namespaces; sorted by bind and port. */
  readonly listeners: readonly OutboundListener[]
  readonly routeTables: readonly RouteTable[]
  /** The capture port (15001); absent in a local mesh, for gateways and for interception mode NONE. */
  readonly virtualListener?: { readonly bind: readonly string[]; readonly port: number }
  readonly httpProxy?: HttpProxyListener
  /** Where unknown destinations are sent instead of on (Sidecar `outboundTrafficPolicy.egressProxy`). */
  readonly egressProxy?: RouteTarget
  /** What the outbound traffic policy says of unknown destinations. */
  readonly unknownHost: Exclude<UnknownHost, 'none'>
}

/** Everything one class of proxies needs. */
export interface ProxyView {
  /** The tuple of matched policy sets as text; equal keys mean equal views. */
  readonly key: string
  readonly proxy: ProxyClass
  readonly mesh: MeshSettings
  readonly outbound: OutboundView
  readonly inbound: InboundView
  readonly gateway?: GatewayView
  readonly security: SecurityPolicy
  readonly telemetry: TelemetryPolicy
  readonly secrets: readonly SecretRef[]
  readonly loopback?: LoopbackView
  /** What this class in particular loses, because it depends on what it sees: services that cannot be told apart on the wire. All else is in `MeshModel.diagnostics`. */
  readonly diagnostics: readonly Diagnostic[]
}
