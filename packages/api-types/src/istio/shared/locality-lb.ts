/** Load balancing between localities (`region/zone/subzone`). */
import { bool, list, map, message, nullable, text, uint32, type Field } from './schema/index.ts'

/** How traffic is shared among localities; one of distribute, failover and failoverPriority decides. */
export interface LocalityLoadBalancerSetting {
  /** Shares in percent per locality of the client. */
  readonly distribute?: readonly LocalityDistribute[]
  /** Where to go when a region is unhealthy. */
  readonly failover?: readonly LocalityFailover[]
  /** Labels that order endpoints: the more of them equal the client's, the earlier. */
  readonly failoverPriority?: readonly string[]
  /** Default: on. */
  readonly enabled?: boolean
}

/** Shares for clients of one locality. */
export interface LocalityDistribute {
  /** Locality of the client, e.g. `us-west/zone1/*`. */
  readonly from?: string
  /** Percent per locality; the sum is 100. */
  readonly to?: Readonly<Record<string, number>>
}

/** Failover between regions. */
export interface LocalityFailover {
  /** Region that fails. */
  readonly from?: string
  /** Region that takes over. */
  readonly to?: string
}

/** Keeps traffic in the zone of the client while it has enough endpoints. */
export interface ZoneAwareLoadBalancerSetting {
  /** Whether requests prefer the own zone. */
  readonly enabled?: boolean
  readonly failover?: readonly LocalityFailover[]
  /** Labels by which hosts are put in order of preference. */
  readonly failoverPriority?: readonly string[]
  /** Fewest endpoints of a cluster for zone awareness. */
  readonly minClusterSize?: number
}

const failover = () => list(message<LocalityFailover>({ from: text(), to: text() }))

/** Schema of {@link LocalityLoadBalancerSetting}. */
export const localityLb = (): Field<LocalityLoadBalancerSetting> =>
  message<LocalityLoadBalancerSetting>({
    distribute: list(message<LocalityDistribute>({ from: text(), to: map(uint32()) })),
    enabled: nullable(bool()),
    failover: failover(),
    failoverPriority: list(text()),
  })

/** Schema of {@link ZoneAwareLoadBalancerSetting}. */
export const zoneAwareLb = (): Field<ZoneAwareLoadBalancerSetting> =>
  message<ZoneAwareLoadBalancerSetting>({
    enabled: nullable(bool()),
    failover: failover(),
    failoverPriority: list(text()),
    minClusterSize: nullable(uint32({ minimum: 1 })),
  })
