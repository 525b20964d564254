/** What a user writes in a Sidecar. */
import type { ConnectionPoolSettings } from '../../shared/connection-pool.ts'
import type { Destination } from '../../shared/destination.ts'
import type { Port } from '../../shared/port.ts'
import type { ServerTlsSettings } from '../../shared/server-tls.ts'
import type { NetworkingWorkloadSelector } from '../../shared/workload-selector.ts'

/** What the proxies of some workloads accept and may reach. @see https://istio.io/latest/docs/reference/config/networking/sidecar */
export interface SidecarSpec {
  /** Workloads of the namespace; absent: all that no other Sidecar selects. */
  readonly workloadSelector?: NetworkingWorkloadSelector
  /** What is accepted; absent: derived from the services of the workload. */
  readonly ingress?: readonly IstioIngressListener[]
  /** What may be reached; absent: everything visible to the namespace. */
  readonly egress?: readonly IstioEgressListener[]
  /** What happens to traffic to unknown hosts; absent: as the mesh says. */
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy
  /** Limits of inbound connections, for ports without their own. */
  readonly inboundConnectionPool?: ConnectionPoolSettings
}

/** How traffic gets to a listener. */
export type CaptureMode = 'DEFAULT' | 'IPTABLES' | 'NONE'

/** Something a workload accepts. */
export interface IstioIngressListener {
  readonly port: Port
  /** Address to listen on. */
  readonly bind?: string
  readonly captureMode?: CaptureMode
  /** `127.0.0.1:port`, `[::1]:port`, `0.0.0.0:port`, `[::]:port` or `unix:///path`: where the application listens. */
  readonly defaultEndpoint?: string
  readonly tls?: ServerTlsSettings
  /** Limits of connections to this port. */
  readonly connectionPool?: ConnectionPoolSettings
}

/** Something a workload may reach. */
export interface IstioEgressListener {
  /** Absent: all ports of the hosts; such a listener is the last. */
  readonly port?: Port
  /** Address or `unix://` path to listen on. */
  readonly bind?: string
  readonly captureMode?: CaptureMode
  /** `namespace/host`; `*` all, `.` own, `~` none; `~namespace/host` leaves out. */
  readonly hosts: readonly string[]
}

/** What happens to traffic to unknown hosts. */
export interface OutboundTrafficPolicy {
  /** REGISTRY_ONLY (the default here) refuses it, ALLOW_ANY lets it through. */
  readonly mode?: 'REGISTRY_ONLY' | 'ALLOW_ANY'
  /** Where such traffic goes instead; needs ALLOW_ANY. */
  readonly egressProxy?: Destination
}
