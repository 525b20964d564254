/** What a user writes in a ProxyConfig resource (MeshConfig has a larger message of the same name). */
import type { WorkloadSelector } from '../../shared/workload-selector.ts'

/** Settings of the proxies of some workloads. @see https://istio.io/latest/docs/reference/config/networking/proxy-config */
export interface ProxyConfigSpec {
  /** Workloads of the namespace; absent: all (in the root namespace: of the mesh). */
  readonly selector?: WorkloadSelector
  /** Worker threads; 0: one per core. Default 2. */
  readonly concurrency?: number
  /** Environment variables of the proxies; the value of each name. */
  readonly environmentVariables?: Readonly<Record<string, string>>
  readonly image?: ProxyImage
}

/** Which image of the proxy. */
export interface ProxyImage {
  /** `default`, `debug` or `distroless`. */
  readonly imageType?: string
}
