/** A VirtualService with names resolved and delegates merged in, not yet compiled for anybody. */
import { refOf, type HttpRoute, type Resource, type TcpRoute, type TlsRoute, type VirtualServiceSpec } from '@istio-ts/api-types'
import { from, resolveShortHost, type HostName, type Provenance, type ResourceRef } from '@istio-ts/foundation'
import { visibilityOf, type Visibility } from '../visibility/export-to.ts'

/** The reserved gateway name of all sidecars. */
export const MESH_GATEWAY = 'mesh'

/** One HTTP rule with where it stands; delegate rules stand in the delegate. */
export interface HttpRule {
  readonly rule: HttpRoute
  /** Namespace that short host names of the rule resolve in. */
  readonly namespace: string
  /** Origin of the rule itself; of a delegate's rule also the rule that delegates. */
  readonly from: readonly Provenance[]
  /** Origin of each match, in the order of `rule.match`; absent = `match[i]` of the rule's own origin. */
  readonly matchFrom?: readonly (readonly Provenance[])[]
}

/** Routing rules for some hosts. */
export interface VirtualServiceModel {
  /** `namespace/name`. */
  readonly key: string
  readonly ref: ResourceRef
  readonly namespace: string
  readonly hosts: readonly HostName[]
  /** `mesh`, or `namespace/name` of Gateways. */
  readonly gateways: readonly string[]
  readonly visibility: Visibility
  readonly created: string
  readonly http: readonly HttpRule[]
  readonly tls: readonly TlsRoute[]
  readonly tcp: readonly TcpRoute[]
}

/** What the mesh as a whole contributes. */
export interface VirtualServiceDefaults {
  readonly domain: string
  /** MeshConfig `defaultVirtualServiceExportTo`. */
  readonly exportTo: readonly string[]
}

/** Resolves names; `http` still holds delegating rules. A VirtualService without hosts is a delegate and has no say of its own. */
export function virtualServiceModel(resource: Resource<VirtualServiceSpec>, defaults: VirtualServiceDefaults): VirtualServiceModel {
  const { metadata, spec } = resource
  const ref = refOf(resource)
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    ref,
    namespace: metadata.namespace,
    hosts: (spec.hosts ?? []).map((host) => resolveShortHost(host.toLowerCase(), metadata.namespace, defaults.domain)),
    gateways: spec.gateways && spec.gateways.length > 0 ? spec.gateways.map((name) => resolveGateway(name, metadata.namespace)) : [MESH_GATEWAY],
    visibility: visibilityOf(spec.exportTo, metadata.namespace, defaults.exportTo),
    created: metadata.creationTimestamp ?? '',
    http: (spec.http ?? []).map((rule, i) => ({ rule, namespace: metadata.namespace, from: [from(ref, `spec.http[${i}]`)] })),
    tls: spec.tls ?? [],
    tcp: spec.tcp ?? [],
  }
}

/** `mesh` stays, `namespace/name` stays, a bare name is in the resource's namespace. */
export const resolveGateway = (name: string, namespace: string): string => (name === MESH_GATEWAY || name.includes('/') ? name : `${namespace}/${name}`)

/** True if sidecars are meant at all. */
export const isForMesh = (service: VirtualServiceModel): boolean => service.gateways.includes(MESH_GATEWAY)
