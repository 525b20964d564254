/** Wiring: Telemetry resources by namespace, and the policy of a workload. */
import { Telemetry, type MeshConfig } from '@istio-ts/api-types'
import type { Graph, Lookup, Singleton } from '@istio-ts/collections'
import type { Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import type { TelemetryPolicy } from '../view/telemetry-policy.ts'
import { levelsOf, telemetryPolicy } from './telemetry-levels.ts'

/** Telemetry policies of workloads. */
export interface TelemetryNodes {
  of(namespace: string, labels: Labels): TelemetryPolicy
  /** Names of the labels that Telemetry resources which may reach a namespace select by. */
  readonly selectorLabels: Lookup<readonly string[]>
}

/** Makes the nodes. */
export function telemetryNodes(graph: Graph, sets: ResourceSets, mesh: Singleton<MeshConfig>, rootNamespace: Singleton<string>): TelemetryNodes {
  const byNamespace = graph.indexBy('telemetry by namespace', sets.config(Telemetry), (one) => [one.metadata.namespace])
  const policies = graph.lookup<TelemetryPolicy>('telemetry policies', (key) => {
    const { namespace, labels } = JSON.parse(key) as { readonly namespace: string; readonly labels: Labels }
    const root = rootNamespace.get()
    return telemetryPolicy(mesh.get(), levelsOf(byNamespace.lookup(root), byNamespace.lookup(namespace), namespace === root, labels))
  })
  return {
    of: (namespace, labels) => policies.get(JSON.stringify({ namespace, labels })),
    selectorLabels: graph.lookup('labels of telemetry', (namespace) =>
      [...new Set(byNamespace.lookup(namespace).flatMap((one) => Object.keys(one.spec.selector?.matchLabels ?? {})))].sort()),
  }
}
