/** What an inbound view depends on of the proxies that share it: replicas of one workload. */

/** A service port that a workload serves. */
export interface ServiceTarget {
  /** `namespace/host`. */
  readonly service: string
  readonly port: number
  /** The workload's own port. */
  readonly workloadPort: number
}

/** A class of servers. As JSON it is the key of its inbound view. */
export interface InboundClass {
  readonly namespace: string
  /** Sorted by workload port, then by Istio's order of services. */
  readonly targets: readonly ServiceTarget[]
  readonly sidecar: string
  readonly loopback: string
  readonly captured: boolean
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  /** Keys of the PeerAuthentications that apply are not enough: the mode by labels; only labels they ask for. */
  readonly labels: Readonly<Record<string, string>>
}
