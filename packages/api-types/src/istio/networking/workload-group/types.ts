/** What a user writes in a WorkloadGroup. */
import type { WorkloadEntrySpec } from '../workload-entry/types.ts'

/** A template for WorkloadEntries that register themselves. @see https://istio.io/latest/docs/reference/config/networking/workload-group */
export interface WorkloadGroupSpec {
  /** Metadata of the entries. */
  readonly metadata?: WorkloadGroupMetadata
  readonly template: WorkloadEntrySpec
  /** How the agent finds out whether the workload is ready. */
  readonly probe?: ReadinessProbe
}

/** Metadata that entries of the group get. */
export interface WorkloadGroupMetadata {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** A readiness probe in Kubernetes' form; one of the four methods. */
export interface ReadinessProbe {
  /** Default 0. */
  readonly initialDelaySeconds?: number
  /** Default 1. */
  readonly timeoutSeconds?: number
  /** Default 10. */
  readonly periodSeconds?: number
  /** Default 1. */
  readonly successThreshold?: number
  /** Default 3. */
  readonly failureThreshold?: number
  readonly httpGet?: HttpHealthCheck
  readonly tcpSocket?: TcpHealthCheck
  readonly exec?: ExecHealthCheck
  readonly grpc?: GrpcHealthCheck
}

/** A GET that succeeds with 200 to 399. */
export interface HttpHealthCheck {
  readonly path?: string
  readonly port: number
  readonly host?: string
  /** HTTP (the default) or HTTPS. */
  readonly scheme?: string
  readonly httpHeaders?: readonly HttpHeader[]
}

/** A header of a health check. */
export interface HttpHeader {
  readonly name?: string
  readonly value?: string
}

/** A TCP connection that opens. */
export interface TcpHealthCheck {
  readonly host?: string
  readonly port: number
}

/** A command that ends with 0. */
export interface ExecHealthCheck {
  readonly command: readonly string[]
}

/** The gRPC health checking protocol. */
export interface GrpcHealthCheck {
  readonly port?: number
  readonly service?: string
}
