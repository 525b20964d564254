/** Retries that the mesh configuration sets for all routes. */
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { isRetryCondition } from '../../istio/networking/virtual-service/retry-conditions.ts'
import { checkDuration } from '../../validation/durations.ts'
import type { Findings } from '../../validation/findings.ts'

/** When and how often a request is tried again. */
export interface MeshRetry {
  readonly attempts?: number
  readonly perTryTimeout?: string
  readonly retryOn?: string
  readonly retryRemoteLocalities?: boolean
  readonly retryIgnorePreviousHosts?: boolean
  readonly backoff?: string
}

/** Fields that mean nothing on the way into a workload: there is one host, and the route's own timeout. */
const IGNORED_INBOUND = ['perTryTimeout', 'retryRemoteLocalities', 'retryIgnorePreviousHosts'] as const

/** Rules for `defaultInboundHttpRetryPolicy`; a policy without attempts turns retries off. */
export function checkInboundRetry(retry: MeshRetry | undefined | null, at: Findings): void {
  if (!retry) return
  const attempts = retry.attempts ?? 0
  if (attempts < 0) at.at('attempts').add(found.outOfRange('attempts cannot be negative'))
  if (attempts === 0 && (retry.retryOn || retry.backoff !== undefined)) at.add(found.conflict('http retry policy configured when attempts are set to 0 (disabled)'))
  checkRetryOn(retry.retryOn, at.at('retryOn'))
  checkDuration(retry.backoff, at.at('backoff'))
  checkDuration(retry.perTryTimeout, at.at('perTryTimeout'))
  for (const field of IGNORED_INBOUND) if (retry[field] !== undefined && retry[field] !== null) at.at(field).add(found.ineffective(`${field} is ignored for inbound retries`, 'Remove it.'))
}

/** Conditions separated by commas; a number is a status to retry on. */
function checkRetryOn(retryOn: string | undefined, at: Findings): void {
  if (!retryOn) return
  for (const condition of retryOn.split(',')) {
    if (!isRetryCondition(condition)) at.add(found.unsupported(`${JSON.stringify(condition)} is not a valid retryOn policy`, 'Use conditions of Envoy, or HTTP status codes.'))
  }
}
