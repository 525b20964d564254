/** A Kubernetes Service as a host of the mesh. */
import { refOf, type Resource, type ServicePort, type ServiceSpec } from '@istio-ts/api-types'
import { from } from '@istio-ts/foundation'
import { visibilityOf } from '../visibility/export-to.ts'
import { serviceKey, type MeshPort, type MeshService, type ServiceResolution } from './mesh-service.ts'
import { protocolOfPort, type ProtocolFeatures } from './protocol.ts'

/** Annotation that limits who sees a Service, as `exportTo` does elsewhere. */
const EXPORT_TO = 'networking.istio.io/exportTo'

/** What the mesh as a whole contributes. */
export interface ServiceDefaults {
  /** `cluster.local` unless the installation says otherwise. */
  readonly domain: string
  /** MeshConfig `defaultServiceExportTo`. */
  readonly exportTo: readonly string[]
  readonly protocols: ProtocolFeatures
  /** PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES: the proxy balances over the pods of a headless service instead of dialling what the client chose. */
  readonly balancesHeadless: boolean
  /** True in a local mesh: nothing is captured, so that there is never an address which the client chose. */
  readonly isLocal: boolean
}

/** Turns a Service into a host. @see istio pkg/config/kube/conversion.go */
export function fromKubernetesService(resource: Resource<ServiceSpec>, defaults: ServiceDefaults): MeshService {
  const { metadata, spec } = resource
  const host = `${metadata.name}.${metadata.namespace}.svc.${defaults.domain}`
  const annotated = metadata.annotations?.[EXPORT_TO]?.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
  const ref = refOf(resource)
  return {
    key: serviceKey(metadata.namespace, host),
    host,
    namespace: metadata.namespace,
    name: metadata.name,
    registry: 'kubernetes',
    ports: spec.ports.flatMap((port, i) => meshPort(port, defaults.protocols, () => [from(ref, `spec.ports[${i}]`)])),
    addresses: addressesOf(spec),
    resolution: resolutionOf(spec, defaults),
    external: false,
    visibility: visibilityOf(annotated, metadata.namespace, defaults.exportTo),
    ...(spec.selector && Object.keys(spec.selector).length > 0 ? { selector: spec.selector } : {}),
    headless: spec.clusterIP === 'None',
    ...(spec.type === 'ExternalName' && spec.externalName !== undefined ? { aliasOf: spec.externalName } : {}),
    subjectAltNames: [],
    created: metadata.creationTimestamp ?? '',
    labels: metadata.labels ?? {},
    source: { cluster: resource.cluster, namespace: metadata.namespace, name: metadata.name },
    ipFamilies: (spec.ipFamilies ?? []).flatMap((family) => (family === 'IPv4' || family === 'IPv6' ? [family] : [])),
    internalTrafficPolicyLocal: spec.internalTrafficPolicy === 'Local',
    ...trafficDistribution(metadata.annotations?.['networking.istio.io/traffic-distribution'] ?? spec.trafficDistribution),
    from: [from(ref)],
  }
}

const trafficDistribution = (value: string | undefined): { readonly trafficDistribution?: string } => (value === undefined ? {} : { trafficDistribution: value })

function meshPort(port: ServicePort, features: ProtocolFeatures, origin: () => MeshPort['from']): readonly MeshPort[] {
  const protocol = protocolOfPort(port, features)
  if (protocol === 'udp') return []
  return [{ number: port.port, name: port.name ?? '', protocol, targetPort: port.targetPort ?? port.port, from: origin() }]
}

function addressesOf(spec: ServiceSpec): readonly string[] {
  const addresses = spec.clusterIPs && spec.clusterIPs.length > 0 ? spec.clusterIPs : spec.clusterIP === undefined ? [] : [spec.clusterIP]
  return addresses.filter((address) => address !== 'None' && address !== '')
}

function resolutionOf(spec: ServiceSpec, defaults: ServiceDefaults): ServiceResolution {
  if (spec.type === 'ExternalName' && spec.externalName !== undefined) return 'alias'
  return spec.clusterIP === 'None' && !defaults.balancesHeadless && !defaults.isLocal ? 'passthrough' : 'balanced'
}
