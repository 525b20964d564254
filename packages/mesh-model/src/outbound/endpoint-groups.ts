/** The endpoints of a service's upstreams, grouped by locality as one class of clients sees them. */
import { matchesLabels } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'
import { type MeshService } from '../services/mesh-service.ts'
import type { LocalityBalancing } from '../view/destination-policy.ts'
import type { Endpoint, EndpointGroup, LocalityEndpoints } from '../view/endpoint-group.ts'
import type { Upstream } from '../view/upstream.ts'
import type { Instance } from '../workloads/instance.ts'
import { localityText } from '../workloads/workload-facts.ts'
import { withPriorities, type EndpointClient } from './locality-priority.ts'
import { compareText } from '../inputs/resource-order.ts'

/** Turns instances into the group of one upstream. `isTlsDisabled` says where a policy forbids mTLS although the workload could. */
export function endpointGroup(
  service: MeshService, upstream: Pick<Upstream, 'ref' | 'subsetLabels' | 'endpoints' | 'policy'>, instances: readonly Instance[],
  isTlsDisabled: (instance: Instance) => boolean, preference: LocalityBalancing | undefined, client: EndpointClient,
): EndpointGroup {
  const mine = instances.filter((one) => one.servicePort === upstream.ref.port && matchesLabels(upstream.subsetLabels, one.labels))
  // TLS of the user's own, or none at all, leaves no choice by endpoint.
  const takesMeshTls = upstream.policy.tls === undefined || upstream.policy.tls.mode === 'ISTIO_MUTUAL'
  const groups = new Map<string, { readonly locality: Locality; readonly endpoints: Endpoint[] }>()
  for (const instance of mine) {
    const key = localityText(instance.locality)
    const group = groups.get(key) ?? { locality: instance.locality, endpoints: [] }
    groups.set(key, group)
    group.endpoints.push(endpoint(instance, !takesMeshTls || isTlsDisabled(instance)))
  }
  const localities = [...groups].sort(([a], [b]) => compareText(a, b)).map(([, { locality, endpoints }]): LocalityEndpoints => ({
    locality, priority: 0, weight: endpoints.reduce((sum, one) => sum + one.weight, 0), endpoints,
  }))
  return { key: upstream.endpoints, localities: preference ? withPriorities(localities, preference, client) : localities, from: service.from }
}

const endpoint = (instance: Instance, tlsDisabled: boolean): Endpoint => ({
  address: instance.address,
  health: instance.health,
  healthIsKnown: instance.healthIsKnown,
  weight: instance.weight,
  tlsMode: instance.meshTls && !tlsDisabled ? 'istio' : 'disabled',
  ...(instance.workload ? { workload: instance.workload } : {}),
  labels: instance.labels,
  network: instance.network,
  from: instance.from,
})
