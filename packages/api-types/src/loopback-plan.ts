/** Who listens where on one machine; made by `local`, read through `MeshInputs` (see LocalMesh). */

/** One workload's ports. Every address is 127.0.0.1; ports are numbers bound on loopback. */
export interface LoopbackPlan {
  /** `namespace/name` of the workload (or gateway); the key of its collection. */
  readonly key: string
  readonly workload: string
  readonly namespace: string
  /** `sidecar` for a workload's proxy, `gateway` for a gateway. */
  readonly role: 'sidecar' | 'gateway'
  /** Where peers reach the sidecar: `targetPort` is where the process itself listens (the workload port of Istio's APIs). */
  readonly inbound: readonly { readonly targetPort: number; readonly listen: number }[]
  /** The outbound listeners: one per (host, service port) that the workload may call. */
  readonly outbound: readonly { readonly host: string; readonly port: number; readonly listen: number }[]
  /** The HTTP proxy listener of the workload (Istio's `proxyHttpPort`); absent for gateways. */
  readonly httpProxy?: number
  /** Gateways: server port -> the port the user chose to listen on. */
  readonly gatewayPorts: readonly { readonly port: number; readonly listen: number }[]
  /** Envoy admin (15000 in a pod), merged metrics (15020), Envoy prometheus (15090), health (15021). */
  readonly admin: number
  readonly stats: number
  readonly prometheus: number
  readonly ready: number
}
