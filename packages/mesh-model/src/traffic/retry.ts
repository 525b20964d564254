/** When requests are tried again. @see istio pilot/pkg/networking/core/route/retry/retry.go */
import type { HttpRetry } from '@istio-ts/api-types'
import type { Provenance } from '@istio-ts/foundation'
import { dropUndefined, durationMs } from '../mesh/mesh-settings.ts'
import type { RetryPolicy } from '../view/route-action.ts'

/** Conditions under which a retry is safe for any request. */
const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes'

/** Istio's own policy where neither the route nor the mesh says anything. */
const DEFAULT_RETRY: RetryPolicy = { attempts: 2, retryOn: DEFAULT_RETRY_ON, statusCodes: [], avoidPreviousHosts: true, retryRemoteLocalities: false, isDefault: true, from: [] }

/** The policy of a route: its own, else the mesh's (`defaultHttpRetryPolicy`), else Istio's; undefined = no retries (`attempts: 0`). */
export function retryPolicy(own: HttpRetry | undefined, mesh: HttpRetry | undefined, origin: readonly Provenance[]): RetryPolicy | undefined {
  const chosen = own ?? mesh
  if (!chosen) return DEFAULT_RETRY
  if ((chosen.attempts ?? 0) <= 0) return undefined
  const conditions = splitConditions(chosen.retryOn)
  return {
    attempts: chosen.attempts ?? DEFAULT_RETRY.attempts,
    ...conditions,
    ...dropUndefined({ perTryTimeoutMs: durationMs(chosen.perTryTimeout), backoffMs: durationMs(chosen.backoff) }),
    avoidPreviousHosts: chosen.retryIgnorePreviousHosts ?? true,
    retryRemoteLocalities: chosen.retryRemoteLocalities ?? false,
    isDefault: false,
    from: own ? origin : [],
  }
}

/** Numbers among the conditions are status codes to retry; they need the condition that looks at them. */
function splitConditions(retryOn: string | undefined): Pick<RetryPolicy, 'retryOn' | 'statusCodes'> {
  if (retryOn === undefined || retryOn === '') return { retryOn: DEFAULT_RETRY_ON, statusCodes: [] }
  const parts = retryOn.split(',').map((part) => part.trim()).filter((part) => part !== '')
  const statusCodes = parts.filter((part) => /^\d{3}$/.test(part)).map(Number)
  const names = parts.filter((part) => !/^\d+$/.test(part))
  if (statusCodes.length > 0 && !names.includes('retriable-status-codes')) names.push('retriable-status-codes')
  return { retryOn: names.join(','), statusCodes }
}
