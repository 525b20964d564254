/** Connection pools and outlier detection in the mesh's `defaultTrafficPolicy`. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { checkDuration } from '../../validation/durations.ts'
import type { Findings } from '../../validation/findings.ts'
import { checkNonNegative, checkPercent } from '../../validation/numbers.ts'
import type { MeshConfigOverlay } from '../mesh-config.ts'

type Policy = NonNullable<MeshConfigOverlay['defaultTrafficPolicy']>

/** Connection pool and outlier detection that hold where no DestinationRule says otherwise. */
export function checkDefaultTrafficPolicy(policy: Policy | undefined | null, at: Findings): void {
  if (!policy) return
  if (policy.outlierDetection) checkOutlierDetection(policy.outlierDetection, at.at('outlierDetection'))
  if (policy.connectionPool) checkConnectionPool(policy.connectionPool, at.at('connectionPool'))
}

function checkOutlierDetection(detection: NonNullable<Policy['outlierDetection']>, at: Findings): void {
  checkDuration(detection.interval, at.at('interval'))
  checkDuration(detection.baseEjectionTime, at.at('baseEjectionTime'))
  if (detection.consecutiveErrors) at.at('consecutiveErrors').add(found.deprecated('outlier detection consecutive errors is deprecated', 'Use consecutiveGatewayErrors or consecutive5xxErrors.'))
  if (!detection.splitExternalLocalOriginErrors && (detection.consecutiveLocalOriginFailures ?? 0) > 0) {
    at.add(found.conflict('outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false', 'Set splitExternalLocalOriginErrors.'))
  }
  checkPercent(detection.maxEjectionPercent, at.at('maxEjectionPercent'))
  checkPercent(detection.minHealthPercent, at.at('minHealthPercent'))
}

function checkConnectionPool({ tcp, http }: NonNullable<Policy['connectionPool']>, at: Findings): void {
  if (!tcp && !http) return void at.add(found.missing('connection pool must have at least one field'))
  const place = at.at('http')
  for (const field of ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries', 'maxConcurrentStreams'] as const) {
    checkNonNegative(http?.[field], field, place.at(field))
  }
  checkDuration(http?.idleTimeout, place.at('idleTimeout'))
  if (http?.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol) place.add(found.conflict('use client protocol must not be true when H2UpgradePolicy is UPGRADE'))
  checkNonNegative(tcp?.maxConnections, 'maxConnections', at.at('tcp').at('maxConnections'))
  for (const field of ['connectTimeout', 'maxConnectionDuration', 'idleTimeout'] as const) checkDuration(tcp?.[field], at.at('tcp').at(field))
}
