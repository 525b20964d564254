/** A local mesh: what differs when nothing is captured and everything listens on 127.0.0.1. */

/** Present exactly when the proxy has a loopback plan. Sockets are then bound without SO_REUSEPORT. */
export interface LoopbackView {
  /** Workload port (where the process listens) to the sidecar's listen port. */
  readonly inboundPorts: readonly { readonly workloadPort: number; readonly listen: number }[]
  readonly admin: number
  readonly stats: number
  readonly prometheus: number
  readonly ready: number
}
