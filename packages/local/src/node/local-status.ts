/** What `istioctl local status` shows. */
import type { Diagnostic } from '@istio-ts/foundation'

/** The state of a mesh. Its form is a contract; addresses are `127.0.0.1:n`. */
export interface LocalStatus {
  readonly name: string
  /** True if istiod, every process with a command, every sidecar and every gateway is ready. */
  readonly ready: boolean
  readonly istiod: { readonly pid: number | null; readonly ready: boolean; readonly restarts: number; readonly admin: string; readonly xds: string }
  readonly workloads: readonly WorkloadStatus[]
  readonly gateways: readonly GatewayStatus[]
  readonly problems: readonly Diagnostic[]
}

/** A workload and its sidecar. `ready` = its own check holds and its endpoint is published. */
export interface WorkloadStatus {
  readonly name: string
  readonly namespace: string
  readonly service: string | null
  readonly pid: number | null
  readonly ready: boolean
  readonly restarts: number
  readonly principal: string
  readonly proxy: {
    readonly kind: 'istio-ts' | 'envoy'
    /** The process that carries traffic: Envoy itself for `proxy: envoy`. */
    readonly pid: number | null
    readonly ready: boolean
    readonly restarts: number
    readonly admin: string
    /** True if it has acknowledged the newest configuration; false while istiod is away. */
    readonly synced: boolean
    readonly httpProxy: string
    readonly inbound: readonly { readonly port: number; readonly listen: string }[]
    readonly outbound: readonly { readonly host: string; readonly port: number; readonly listen: string }[]
  }
}

/** A gateway. */
export interface GatewayStatus {
  readonly name: string
  readonly namespace: string
  readonly pid: number | null
  readonly ready: boolean
  readonly restarts: number
  readonly admin: string
  readonly ports: readonly { readonly port: number; readonly listen: string }[]
}
