/** LocalMesh: the processes and gateways of a mesh on one machine. @see LOCAL.md of the project */
import type { ServicePort } from '../kubernetes/service.ts'

/** A port of a local workload: `port` is the service's, `targetPort` is where the process listens on loopback. */
export interface LocalPort extends Omit<ServicePort, 'targetPort' | 'nodePort'> {
  /** Default: `port`. */
  readonly targetPort: number
}

/** How the supervisor finds out that a process is ready: exactly one of the two. */
export interface LocalReadiness {
  /** The first targetPort accepts a connection; the default. */
  readonly tcp?: true
  /** A GET of this path on the first targetPort answers 2xx or 3xx. */
  readonly http?: string
}

/** One process, or `replicas` of them: what a pod is in a cluster. */
export interface LocalWorkload {
  /** Unique per namespace, among workloads and gateways. */
  readonly name: string
  /** Becomes `<service>.<namespace>.svc.cluster.local`; absent = it only calls others. Workloads that share it agree on its ports. */
  readonly service?: string
  readonly namespace: string
  /** Default: the service's name, else the workload's. */
  readonly serviceAccount: string
  /** With `app` = the service's name unless given. */
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly LocalPort[]
  /** Program and arguments; absent = somebody else starts it. */
  readonly command?: readonly string[]
  /** Relative to the file of the LocalMesh; default: its folder. */
  readonly cwd: string
  /** Laid over the environment of the supervisor. */
  readonly env: Readonly<Record<string, string>>
  readonly ready: LocalReadiness
  /** n > 1: `<name>-0`, `<name>-1`, ... on targetPort, targetPort + 1, ... */
  readonly replicas: number
  /** Which data plane is its sidecar. */
  readonly proxy: 'istio-ts' | 'envoy'
}

/** A gateway of the local mesh. */
export interface LocalGateway {
  readonly name: string
  readonly namespace: string
  /** What a Gateway's selector matches. */
  readonly labels: Readonly<Record<string, string>>
  /** Server port of the Gateway resource -> the port bound on loopback. */
  readonly ports: readonly { readonly port: number; readonly listen: number }[]
}

/** The spec of a LocalMesh with its defaults filled in. */
export interface LocalMeshSpec {
  readonly workloads: readonly LocalWorkload[]
  readonly gateways: readonly LocalGateway[]
}
