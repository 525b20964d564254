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
  /** Labels of the entries. */
  readonly labels?: Readonly<Record<string, string>>
  /** Annotations of the entries. */
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
  /** Path that is asked for; default `/`. */
  readonly path?: string
  /** Port of the workload. */
  readonly port: number
  /** Host to connect to; default the workload itself. */
  readonly host?: string
  /** HTTP (the default) or HTTPS. */
  readonly scheme?: string
  /** Headers of the request. */
  readonly httpHeaders?: readonly HttpHeader[]
}

/** A header of a health check. */
export interface HttpHeader {
  /** Name of the header. */
  readonly name?: string
  /** Value of the header. */
  readonly value?: string
}

/** A TCP connection that opens. */
export interface TcpHealthCheck {
  /** Host to connect to; default the workload itself. */
  readonly host?: string
  /** Port that must accept a connection. */
  readonly port: number
}

/** A command that ends with 0. */
export interface ExecHealthCheck {
  /** Program and arguments; exit code 0 is healthy. */
  readonly command: readonly string[]
}

/** The gRPC health checking protocol. */
export interface GrpcHealthCheck {
  /** Port of the gRPC health service. */
  readonly port?: number
  /** Service name in the health request. */
  readonly service?: string
}
