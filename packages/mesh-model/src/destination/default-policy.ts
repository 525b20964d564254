/** The policy of a destination that no rule speaks of. */
import type { DestinationPolicy } from '../view/destination-policy.ts'

/** Least request over unlimited pools. @see istio pilot/pkg/networking/core/cluster.go */
export const DEFAULT_POLICY: DestinationPolicy = {
  loadBalancing: { kind: 'least-request' },
  connectionPool: {},
  from: [],
}
