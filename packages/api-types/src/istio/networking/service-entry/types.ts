/** What a user writes in a ServiceEntry. */
import type { NetworkingWorkloadSelector } from '../../shared/workload-selector.ts'
import type { WorkloadEntrySpec } from '../workload-entry/types.ts'

/** A service that no Kubernetes Service describes. @see https://istio.io/latest/docs/reference/config/networking/service-entry */
export interface ServiceEntrySpec {
  /** Names of the service; `*.` wildcards allowed where nothing has to be resolved. */
  readonly hosts: readonly string[]
  /** Virtual addresses or ranges. */
  readonly addresses?: readonly string[]
  /** Ports of the service. */
  readonly ports?: readonly ServicePort[]
  /** Whether the workloads are part of the mesh; default MESH_EXTERNAL. */
  readonly location?: 'MESH_EXTERNAL' | 'MESH_INTERNAL'
  /** How addresses are found; default NONE, the address the client chose. */
  readonly resolution?: 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS'
  /** Where the service is; not together with `workloadSelector`. */
  readonly endpoints?: readonly WorkloadEntrySpec[]
  /** Pods and WorkloadEntries of the namespace that serve it. */
  readonly workloadSelector?: NetworkingWorkloadSelector
  /** Namespaces that see this resource: `.` own, `*` all, `~` none, or names; default `*`. */
  readonly exportTo?: readonly string[]
  /** Names the certificates of the workloads must have; any of these. */
  readonly subjectAltNames?: readonly string[]
}

/** A port of a service. */
export interface ServicePort {
  /** Port that clients use. */
  readonly number: number
  /** Name, unique among the ports. */
  readonly name: string
  /** Default: detected. */
  readonly protocol?: string
  /** Port of the workloads; default `number`. */
  readonly targetPort?: number
}
