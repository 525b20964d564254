/** The balancer of a cluster and its settings. */
import { assertNever } from '@istio-ts/foundation'
import type { DestinationPolicy, LoadBalancing, Warmup } from '@istio-ts/mesh-model'
import { duration } from '../wire/duration.ts'
import { present, type Message } from '../wire/message.ts'

/** `lbPolicy` with the config that goes with it; ROUND_ROBIN is the enum's zero value and so stays unwritten. */
export function loadBalancing(policy: DestinationPolicy): Message {
  const { loadBalancing: balancing } = policy
  switch (balancing.kind) {
    case 'least-request':
      return present({ lbPolicy: 'LEAST_REQUEST', leastRequestLbConfig: policy.warmup && { slowStartConfig: slowStart(policy.warmup) } })
    case 'round-robin':
      return present({ roundRobinLbConfig: policy.warmup && { slowStartConfig: slowStart(policy.warmup) } })
    case 'random':
      return { lbPolicy: 'RANDOM' }
    case 'passthrough':
      return { lbPolicy: 'CLUSTER_PROVIDED' }
    case 'ring-hash':
    case 'maglev':
      return consistentHash(balancing)
    default:
      return assertNever(balancing)
  }
}

function consistentHash(balancing: Extract<LoadBalancing, { kind: 'ring-hash' | 'maglev' }>): Message {
  if (balancing.kind === 'maglev') {
    return present({ lbPolicy: 'MAGLEV', maglevLbConfig: balancing.tableSize === undefined ? undefined : { tableSize: String(balancing.tableSize) } })
  }
  return present({ lbPolicy: 'RING_HASH', ringHashLbConfig: balancing.minimumRingSize === undefined ? undefined : { minimumRingSize: String(balancing.minimumRingSize) } })
}

/** The runtime key is what istiod writes (Envoy demands one; this one never exists). */
const slowStart = (warmup: Warmup): Message =>
  present({
    slowStartWindow: duration(warmup.durationMs),
    aggression: warmup.aggression === undefined ? undefined : { defaultValue: warmup.aggression, runtimeKey: '(' },
    minWeightPercent: warmup.minimumPercent === undefined ? undefined : { value: warmup.minimumPercent },
  })
