/** Preference among localities that a service itself asks for (`trafficDistribution`). @see istio pilot/pkg/networking/core/loadbalancer */
import type { MeshService } from '../services/mesh-service.ts'
import type { DestinationPolicy, LocalityBalancing } from '../view/destination-policy.ts'

const SAME_ZONE = ['topology.istio.io/network', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']

/** Adds the service's wish to a policy whose rule says nothing of localities. */
export function withTrafficDistribution(policy: DestinationPolicy, service: Pick<MeshService, 'trafficDistribution'>): DestinationPolicy {
  const setting = policy.locality ? undefined : settingOf(service.trafficDistribution)
  return setting ? { ...policy, locality: setting, preference: setting } : policy
}

function settingOf(wish: string | undefined): LocalityBalancing | undefined {
  switch (wish) {
    case 'PreferClose':
    case 'PreferSameZone': return { distribute: [], failover: [], failoverPriority: SAME_ZONE }
    case 'PreferSameNode': return { distribute: [], failover: [], failoverPriority: [...SAME_ZONE, 'kubernetes.io/hostname'] }
    default: return undefined
  }
}
