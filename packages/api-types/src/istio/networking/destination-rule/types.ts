/** What a user writes in a DestinationRule. */
import type { ClientTlsSettings } from '../../shared/client-tls.ts'
import type { ConnectionPoolSettings } from '../../shared/connection-pool.ts'
import type { PortSelector } from '../../shared/destination.ts'
import type { LoadBalancerSettings } from '../../shared/load-balancer.ts'
import type { OutlierDetection } from '../../shared/outlier-detection.ts'
import type { WorkloadSelector } from '../../shared/workload-selector.ts'

export type { BackendUtilizationLb, ConsistentHashLb, HttpCookie, LoadBalancerSettings, Warmup } from '../../shared/load-balancer.ts'

/** How traffic to a host is handled once routing has chosen it. @see https://istio.io/latest/docs/reference/config/networking/destination-rule */
export interface DestinationRuleSpec {
  /** Name of a service; short names are resolved in the namespace of the resource. */
  readonly host: string
  /** For all ports and subsets. */
  readonly trafficPolicy?: TrafficPolicy
  /** Named groups of the workloads of the host. */
  readonly subsets?: readonly Subset[]
  /** Namespaces that see this resource: `.` own, `*` all, or names; default `*`. */
  readonly exportTo?: readonly string[]
  /** Clients to which the rule applies; default all. */
  readonly workloadSelector?: WorkloadSelector
}

/** Handling of traffic to one port. */
export interface PortTrafficPolicy {
  readonly port?: PortSelector
  readonly loadBalancer?: LoadBalancerSettings
  readonly connectionPool?: ConnectionPoolSettings
  readonly outlierDetection?: OutlierDetection
  readonly tls?: ClientTlsSettings
}

/** Handling of traffic. */
export interface TrafficPolicy {
  readonly loadBalancer?: LoadBalancerSettings
  readonly connectionPool?: ConnectionPoolSettings
  readonly outlierDetection?: OutlierDetection
  readonly tls?: ClientTlsSettings
  /** Per port; replaces the settings above, and does not merge with them. */
  readonly portLevelSettings?: readonly PortTrafficPolicy[]
  /** Tunnels TCP in HTTP CONNECT. */
  readonly tunnel?: TunnelSettings
  /** Sends a PROXY protocol header; not together with `tunnel`. */
  readonly proxyProtocol?: ProxyProtocol
  /** Limits retries at a time. */
  readonly retryBudget?: RetryBudget
}

/** A tunnel through an HTTP proxy. */
export interface TunnelSettings {
  /** CONNECT (the default) or POST. */
  readonly protocol?: string
  /** Host that the tunnel leads to. */
  readonly targetHost: string
  /** Port that the tunnel leads to. */
  readonly targetPort: number
}

/** The PROXY protocol. */
export interface ProxyProtocol {
  /** Version of the PROXY protocol; default `V1`. */
  readonly version?: 'V1' | 'V2'
}

/** Limits retries at a time to a share of the requests. */
export interface RetryBudget {
  /** Default 20. */
  readonly percent?: number
  /** Default 3. */
  readonly minRetryConcurrency?: number
  /** Time over which requests are counted. */
  readonly budgetInterval?: string
}

/** A named group of workloads. */
export interface Subset {
  /** Name by which routes choose the subset. */
  readonly name: string
  /** Labels of the workloads. */
  readonly labels?: Readonly<Record<string, string>>
  /** Over the policy of the rule, field by field. */
  readonly trafficPolicy?: TrafficPolicy
}
