/** What a user writes in a WorkloadEntry. */

/** A workload that is no pod: a VM or bare metal. @see https://istio.io/latest/docs/reference/config/networking/workload-entry */
export interface WorkloadEntrySpec {
  /** IP address, DNS name, or `unix:///path`; may be left out if `network` is given. */
  readonly address?: string
  /** Ports that differ from those of the service, by name. */
  readonly ports?: Readonly<Record<string, number>>
  /** Labels of the workload, for selectors and subsets. */
  readonly labels?: Readonly<Record<string, string>>
  /** Workloads of one network reach each other directly. */
  readonly network?: string
  /** `region/zone/subzone`. */
  readonly locality?: string
  /** Share of traffic relative to others; default 1. */
  readonly weight?: number
  /** Its identity; in the namespace of the resource. */
  readonly serviceAccount?: string
}
