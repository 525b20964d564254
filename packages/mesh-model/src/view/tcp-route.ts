/** What happens to an opaque connection. */
import type { Provenance, ResourceRef } from '@istio-ts/foundation'
import type { WeightedDestination } from './route-action.ts'

/** An address range as text (`10.0.0.0/8`, `2001:db8::1/128`). */
export type Cidr4or6 = string

/** Forward a connection to one of the destinations. */
export interface TcpAction {
  readonly destinations: readonly WeightedDestination[]
  /** Idle timeout of the connection; `undefined` = Istio's default. */
  readonly idleTimeoutMs?: number
  readonly maxConnectionDurationMs?: number
  /** Tunnel through which the destination's policy sends connections. */
  readonly tunnel?: { readonly host: string; readonly usePost: boolean }
  /** Source-IP affinity of the destination's policy. */
  readonly hashOnSourceIp: boolean
  /** The VirtualService that says so; absent for a service's own default. */
  readonly owner?: ResourceRef
  readonly from: readonly Provenance[]
}
