/** A host that can be called, whatever declared it. */
import type { HostName, Labels, Provenance } from '@istio-ts/foundation'
import type { Protocol, ServiceFacts } from '../view/service-facts.ts'
import type { Visibility } from '../visibility/export-to.ts'
import { compareText } from '../inputs/resource-order.ts'

/** A port of a service. UDP ports are not in the model: a proxy does nothing with them. */
export interface MeshPort {
  readonly number: number
  readonly name: string
  readonly protocol: Protocol
  /** Port of the workloads by number or by container port name; default: `number`. */
  readonly targetPort: number | string
  readonly from: readonly Provenance[]
}

/**
 * How a client finds the instances: `balanced` by the proxy over known endpoints; `passthrough` to where the client dialled (headless
 * services, ServiceEntry NONE); `dns` and `dns-round-robin` by names; `dynamic-dns` by the name in the request; `alias` of another host.
 */
export type ServiceResolution = 'balanced' | 'passthrough' | 'dns' | 'dns-round-robin' | 'dynamic-dns' | 'alias'

/** One host with its ports. Wildcard hosts come only from ServiceEntries. */
export interface MeshService {
  /** `namespace/host`. */
  readonly key: string
  readonly host: HostName
  readonly namespace: string
  /** Resource name: `metadata.name` of a Service, the host for a ServiceEntry. */
  readonly name: string
  readonly registry: 'kubernetes' | 'service-entry'
  readonly ports: readonly MeshPort[]
  /** Addresses clients dial: IPs or CIDR ranges; empty when there is none. */
  readonly addresses: readonly string[]
  readonly resolution: ServiceResolution
  /** True for hosts outside the mesh: no mesh mTLS, no mesh telemetry. */
  readonly external: boolean
  readonly visibility: Visibility
  /** Selector of the workloads, if it has one. */
  readonly selector?: Labels
  /** True for a headless Kubernetes service. */
  readonly headless: boolean
  /** Hosts that are names of this one (ExternalName services). */
  readonly aliasOf?: HostName
  /** Identities that the user says the servers have, beside those of known workloads. */
  readonly subjectAltNames: readonly string[]
  /** RFC 3339; `''` is older than everything. */
  readonly created: string
  readonly labels: Labels
  /** `resource` of the model's source collections: what declared it. */
  readonly source: { readonly cluster: string; readonly namespace: string; readonly name: string }
  /** Position in a resource that declares several hosts. */
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[]
  /** Only endpoints in the client's node, zone or region are used, as far as the service says. */
  readonly internalTrafficPolicyLocal: boolean
  readonly trafficDistribution?: string
  readonly from: readonly Provenance[]
}

/** Key of a service in the model. */
export const serviceKey = (namespace: string, host: HostName): string => `${namespace}/${host}`

/** The facts that travel with generated configuration. */
export const serviceFacts = (service: MeshService): ServiceFacts => ({ host: service.host, name: service.name, namespace: service.namespace })

/** The port with a number. */
export const portOf = (service: MeshService, number: number): MeshPort | undefined => service.ports.find((port) => port.number === number)

/** Istio's order of services: oldest first, then by name and namespace. */
export function compareServices(a: MeshService, b: MeshService): number {
  return compareText(a.created, b.created) || compareText(`${a.name}.${a.namespace}`, `${b.name}.${b.namespace}`) || compareText(a.host, b.host)
}
