/** The mesh's `defaultTrafficPolicy`: connection pool and outlier detection where no DestinationRule says otherwise. */
import { checkConnectionPool } from '../../validation/connection-pool.ts'
import type { Findings } from '../../validation/findings.ts'
import { checkOutlierDetection } from '../../validation/traffic-policy.ts'
import type { MeshConfigOverlay } from '../mesh-config.ts'

/** Checks it as the same parts of a DestinationRule are checked. */
export function checkDefaultTrafficPolicy(policy: MeshConfigOverlay['defaultTrafficPolicy'] | null, at: Findings): void {
  if (!policy) return
  checkOutlierDetection(policy.outlierDetection, at.at('outlierDetection'))
  checkConnectionPool(policy.connectionPool, at.at('connectionPool'))
}
