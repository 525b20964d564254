/** One running instance behind a service, before any client's point of view. */
import type { Labels, Provenance } from '@istio-ts/foundation'
import type { Locality } from '../identity/proxy-identity.ts'
import type { EndpointAddress, WorkloadFacts } from '../view/endpoint-group.ts'

/** An instance on one port of a service. */
export interface Instance {
  readonly address: EndpointAddress
  /** Port of the service that it serves. */
  readonly servicePort: number
  readonly health: 'healthy' | 'unhealthy' | 'draining'
  /** False for workloads that the user lists by hand. */
  readonly healthIsKnown: boolean
  /** Default 1. */
  readonly weight: number
  /** True if the instance itself takes mesh mTLS. */
  readonly meshTls: boolean
  /** The workload's own port, which policies speak of; differs from the address in a local mesh. */
  readonly workloadPort: number
  readonly namespace: string
  readonly serviceAccount: string
  readonly workload?: WorkloadFacts
  readonly labels: Labels
  readonly locality: Locality
  readonly network: string
  readonly cluster: string
  readonly nodeName: string
  readonly from: readonly Provenance[]
}

/** Everything behind one service. */
export interface ServiceInstances {
  /** `namespace/host` of the service. */
  readonly service: string
  readonly instances: readonly Instance[]
}

/** What an IP address or name is dialled as. */
export const addressText = (address: EndpointAddress): string =>
  address.kind === 'unix' ? `unix://${address.path}` : address.kind === 'ip' ? `${address.ip}:${address.port}` : `${address.host}:${address.port}`
