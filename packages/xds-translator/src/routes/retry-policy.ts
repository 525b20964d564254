/** When to try again. */
import type { RetryPolicy } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'

/** Prefers hosts that have not failed this request. */
const PREVIOUS_HOSTS = extension('envoy.retry_host_predicates.previous_hosts', typed('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'))
/** Spreads retries over other localities; the frequency of 2 is Istio's. */
const PREVIOUS_PRIORITIES = extension('envoy.retry_priorities.previous_priorities', typed('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', { updateFrequency: 2 }))

/** `retryPolicy` of an outbound route. */
export const retryPolicy = (policy: RetryPolicy): Message => present({
  numRetries: policy.attempts,
  retryOn: policy.retryOn,
  retriableStatusCodes: policy.statusCodes.length === 0 ? undefined : policy.statusCodes,
  perTryTimeout: policy.perTryTimeoutMs === undefined ? undefined : duration(policy.perTryTimeoutMs),
  retryHostPredicate: policy.avoidPreviousHosts ? [PREVIOUS_HOSTS] : undefined,
  retryPriority: policy.retryRemoteLocalities ? PREVIOUS_PRIORITIES : undefined,
  retryBackOff: policy.backoffMs === undefined ? undefined : { baseInterval: duration(policy.backoffMs) },
  // Bounded, because with few hosts all of them may be "previous".
  hostSelectionRetryMaxAttempts: '5',
})
