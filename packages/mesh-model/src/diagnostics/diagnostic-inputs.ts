/** What findings are made from. */
import type { LoopbackPlan, MeshConfig } from '@istio-ts/api-types'
import type { Collection, Singleton } from '@istio-ts/collections'
import type { RuleNodes } from '../destination/rule-nodes.ts'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import type { VirtualServiceNodes } from '../traffic/virtual-service-nodes.ts'
import type { WorkloadNodes } from '../workloads/workload-nodes.ts'

/** The nodes that findings read. */
export interface DiagnosticInputs {
  readonly sets: ResourceSets
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly virtualServices: VirtualServiceNodes
  readonly rules: RuleNodes
  readonly workloads: WorkloadNodes
  readonly loopback: Collection<LoopbackPlan>
  /** True in a mesh of loopback plans, where nothing is captured. */
  readonly isLocal: Singleton<boolean>
  readonly domain: string
}
