/** Puts a proxy into its class: everything that configuration depends on, and nothing that it does not. */
import type { LoopbackPlan, MeshProxyConfigOverlay } from '@istio-ts/api-types'
import type { Collection, Index } from '@istio-ts/collections'
import { ipFamily, matchesLabels, type Labels } from '@istio-ts/foundation'
import { pickLabels, type RuleNodes } from '../destination/rule-nodes.ts'
import { serviceTargets } from '../inbound/service-targets.ts'
import { setKey } from '../inputs/resource-sets.ts'
import type { SecurityNodes } from '../security/security-nodes.ts'
import type { MeshService } from '../services/mesh-service.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import type { TelemetryNodes } from '../telemetry/telemetry-nodes.ts'
import type { VirtualServiceNodes } from '../traffic/virtual-service-nodes.ts'
import type { SidecarNodes } from '../visibility/sidecar-nodes.ts'
import type { PodResource, WorkloadNodes } from '../workloads/workload-nodes.ts'
import { labelledLocality, nodeLocality } from '../workloads/workload-facts.ts'
import type { ProxyIdentity } from './proxy-identity.ts'
import { SHAPING_METADATA, type ViewClass } from './view-class.ts'

/** What classifying looks at. */
export interface ClassInputs {
  readonly services: ServiceNodes
  readonly workloads: WorkloadNodes
  readonly rules: RuleNodes
  readonly virtualServices: VirtualServiceNodes
  readonly sidecars: SidecarNodes
  readonly security: SecurityNodes
  readonly telemetry: TelemetryNodes
  readonly loopback: Collection<LoopbackPlan>
  /** Workload entries by address. */
  readonly entriesByAddress: Index<{ readonly metadata: { readonly namespace: string; readonly labels?: Labels }; readonly spec: { readonly labels?: Labels } }>
  /** Hosts that services list by address. */
  readonly serviceAddresses: Index<{ readonly service: string }>
  gatewaysFor(namespace: string, labels: Labels): readonly string[]
}

/** Classifies a proxy; read inside a derivation, so that the class follows the resources it was made from. */
export function classify(identity: ProxyIdentity, inputs: ClassInputs): ViewClass {
  const { workloads, rules, virtualServices, sidecars, security, telemetry } = inputs
  const pod = podOf(identity, workloads)
  const labels = pod?.metadata.labels ?? identity.labels
  const families = [...new Set(identity.ips.flatMap((ip) => { const family = ipFamily(ip); return family === undefined ? [] : [family === 4 ? 'IPv4' as const : 'IPv6' as const] }))]
  const isSidecar = identity.type === 'sidecar' || identity.type === 'grpc'
  const sidecar = isSidecar ? sidecars.choose(identity.namespace, labels) : undefined
  const sidecarKey = sidecar ? `${sidecar.metadata.namespace}/${sidecar.metadata.name}` : ''
  // Also before its plan is there: a proxy of a local mesh must never open the ports of a cluster.
  const loopback = identity.loopback ?? ''
  const captured = identity.interceptionMode !== 'NONE'
  const network = identity.network !== '' ? identity.network : workloads.clusterNetwork.get(identity.cluster)
  const locality = identity.locality.region !== '' ? identity.locality : (labelledLocality(labels) ?? nodeLocality({}))
  const asked = [...rules.selectorLabels.get(identity.namespace), ...virtualServices.sourceLabels.get(), ...rules.failoverLabels.get()]
  const gateways = identity.type === 'router' ? inputs.gatewaysFor(identity.namespace, labels) : []
  const targets = isSidecar || identity.type === 'router' ? targetsOf(identity, pod, labels, inputs) : []
  return {
    proxy: {
      type: identity.type, namespace: identity.namespace, cluster: identity.cluster, network, locality, dnsDomain: identity.dnsDomain, istioVersion: identity.istioVersion,
      extensions: identity.extensions === 'all' ? 'all' : [...identity.extensions].sort(), wantsProvenance: identity.wantsProvenance, interceptionMode: identity.interceptionMode,
      // The labels of the node, not of the pod: that is what the agent reports in spans.
      canonicalService: identity.labels['service.istio.io/canonical-name'] ?? 'unknown',
      canonicalRevision: identity.labels['service.istio.io/canonical-revision'] ?? 'latest',
      serviceAccount: identity.serviceAccount, meshId: textOf(identity.metadata['MESH_ID']), ipFamilies: families,
      metadata: Object.fromEntries(SHAPING_METADATA.filter((name) => identity.metadata[name] !== undefined).map((name) => [name, identity.metadata[name]])),
    },
    outbound: {
      type: identity.type, namespace: identity.namespace, labels: pickLabels(labels, asked), sidecar: sidecarKey, dnsDomain: identity.dnsDomain, cluster: identity.cluster, network,
      locality, ipFamilies: families, captured, loopback, gateways,
      isUnprivileged: identity.metadata['UNPRIVILEGED_POD'] === 'true',
      gatewayPorts: identity.type === 'router' ? targets.map(({ port, workloadPort }) => ({ port, targetPort: workloadPort })) : [],
      ownAddresses: hasHeadless(targets, inputs) ? identity.ips : [],
    },
    inbound: {
      namespace: identity.namespace, targets: isSidecar ? targets : [], sidecar: sidecarKey, loopback, captured: captured && isSidecar, ipFamilies: families,
      labels: pickLabels(labels, security.selectorLabels.get(identity.namespace)),
    },
    policyLabels: pickLabels(labels, [...security.selectorLabels.get(identity.namespace), ...telemetry.selectorLabels.get(identity.namespace)]),
    proxyConfig: proxyConfigOf(identity.metadata['PROXY_CONFIG']),
  }
}

/** By name first: in a local mesh all pods have one address. */
function podOf(identity: ProxyIdentity, workloads: WorkloadNodes): PodResource | undefined {
  const named = workloads.pods.get(setKey(identity.cluster, identity.namespace, identity.name))
  if (named) return named
  return identity.ips.flatMap((ip) => workloads.podsByIp.lookup(ip)).find((pod) => pod.metadata.namespace === identity.namespace && pod.cluster === identity.cluster)
}

/** A workload serves what selects it, and what lists its address. One that neither a pod nor an entry stands for is only known by address. */
function targetsOf(identity: ProxyIdentity, pod: PodResource | undefined, labels: Labels, inputs: ClassInputs): ViewClass['inbound']['targets'] {
  const { services, loopback, workloads } = inputs
  const entry = identity.ips.flatMap((ip) => inputs.entriesByAddress.lookup(ip)).find((one) => one.metadata.namespace === identity.namespace)
  const isLocal = identity.loopback !== undefined && loopback.get(identity.loopback) !== undefined
  const isKnown = pod !== undefined || entry !== undefined || isLocal
  const workloadLabels = pod ? labels : entry ? { ...entry.metadata.labels, ...entry.spec.labels } : labels
  const candidates = services.byNamespace.lookup(identity.namespace).filter((service) => service.registry === 'service-entry' || service.source.cluster === identity.cluster)
  const listed = new Set(identity.ips.flatMap((ip) => inputs.serviceAddresses.lookup(ip).map((one) => one.service)))
  const selected = isKnown ? candidates.filter((service) => service.selector && matchesLabels(service.selector, workloadLabels)) : []
  const byAddress = [...listed].flatMap((key) => services.all.get(key) ?? []).map((service) => ({ ...service, selector: {} }))
  const atOwnAddress = (service: MeshService): ViewClass['inbound']['targets'] => workloads.instances.get(service.key).instances
    .filter(({ address }) => address.kind === 'ip' && identity.ips.includes(address.ip)).map((one) => ({ service: service.key, port: one.servicePort, workloadPort: one.workloadPort }))
  return serviceTargets({ labels: workloadLabels, pod, isLocal }, [...selected, ...byAddress], (service) => (listed.has(service.key) || (entry && !pod) ? atOwnAddress(service) : []))
}

const hasHeadless = (targets: ViewClass['inbound']['targets'], inputs: ClassInputs): boolean => targets.some((target) => inputs.services.all.get(target.service)?.headless === true)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function proxyConfigOf(value: unknown): MeshProxyConfigOverlay {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
