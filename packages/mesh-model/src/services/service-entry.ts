/** A ServiceEntry as hosts of the mesh. @see istio pilot/pkg/serviceregistry/serviceentry/conversion.go */
import { refOf, type Resource, type ServiceEntrySpec } from '@istio-ts/api-types'
import { from, ipFamily } from '@istio-ts/foundation'
import { visibilityOf } from '../visibility/export-to.ts'
import type { ServiceDefaults } from './kubernetes-service.ts'
import { serviceKey, type MeshPort, type MeshService, type ServiceResolution } from './mesh-service.ts'
import { protocolNamed } from './protocol.ts'

/** One host of the mesh for each host of the entry; all share its ports and addresses. */
export function fromServiceEntry(resource: Resource<ServiceEntrySpec>, defaults: ServiceDefaults): readonly MeshService[] {
  const { metadata, spec } = resource
  const ref = refOf(resource)
  const ports = (spec.ports ?? []).flatMap((port, i): MeshPort[] => {
    const protocol = protocolNamed(port.protocol ?? '', defaults.protocols) ?? 'auto'
    return protocol === 'udp' ? [] : [{ number: port.number, name: port.name, protocol, targetPort: port.targetPort ?? port.number, from: [from(ref, `spec.ports[${i}]`)] }]
  })
  return spec.hosts.map((name, i): MeshService => {
    const host = name.toLowerCase()
    return {
      key: serviceKey(metadata.namespace, host),
      host,
      namespace: metadata.namespace,
      name: host,
      registry: 'service-entry',
      ports,
      addresses: addressesOf(resource, host),
      resolution: resolutionOf(spec, host, defaults),
      external: spec.location !== 'MESH_INTERNAL',
      visibility: visibilityOf(spec.exportTo, metadata.namespace, defaults.exportTo),
      ...(spec.workloadSelector ? { selector: spec.workloadSelector.labels ?? {} } : {}),
      headless: false,
      subjectAltNames: spec.subjectAltNames ?? [],
      created: metadata.creationTimestamp ?? '',
      labels: metadata.labels ?? {},
      source: { cluster: resource.cluster, namespace: metadata.namespace, name: metadata.name },
      ipFamilies: [],
      internalTrafficPolicyLocal: false,
      from: [from(ref, `spec.hosts[${i}]`)],
    }
  })
}

/** Addresses the user wrote; without them those that were allotted (`status.addresses`), for this host or for all. */
function addressesOf(resource: Resource<ServiceEntrySpec>, host: string): readonly string[] {
  if (resource.spec.addresses && resource.spec.addresses.length > 0) return resource.spec.addresses
  const status: unknown = resource.status
  if (typeof status !== 'object' || status === null) return []
  const allotted: unknown = Reflect.get(status, 'addresses')
  if (!Array.isArray(allotted)) return []
  return (allotted as readonly unknown[]).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const [value, of] = [Reflect.get(entry, 'value') as unknown, Reflect.get(entry, 'host') as unknown]
    return typeof value === 'string' && ipFamily(value) !== undefined && (of === undefined || of === host) ? [value] : []
  })
}

function resolutionOf(spec: ServiceEntrySpec, host: string, { isLocal }: ServiceDefaults): ServiceResolution {
  switch (spec.resolution) {
    case 'STATIC': return 'balanced'
    case 'DNS': return 'dns'
    case 'DNS_ROUND_ROBIN': return 'dns-round-robin'
    case 'DYNAMIC_DNS': return 'dynamic-dns'
    // Without an address of the client's own choice a host is looked up, as the client itself would have done.
    default: return !isLocal ? 'passthrough' : (spec.endpoints ?? []).length > 0 || spec.workloadSelector ? 'balanced' : host.startsWith('*') ? 'dynamic-dns' : 'dns'
  }
}
