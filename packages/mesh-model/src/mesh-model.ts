/** The wiring: source collections in, views of classes of proxies out. */
import { ServiceEntry, WorkloadEntry } from '@istio-ts/api-types'
import type { Collection, Graph, Unsubscribe } from '@istio-ts/collections'
import type { Diagnostic } from '@istio-ts/foundation'
import { ruleNodes } from './destination/rule-nodes.ts'
import { diagnosticNodes } from './diagnostics/diagnostic-nodes.ts'
import { gatewayNodes } from './gateways/gateway-nodes.ts'
import { classify, type ClassInputs } from './identity/classify.ts'
import type { ProxyIdentity } from './identity/proxy-identity.ts'
import { viewKey } from './identity/view-class.ts'
import { inboundNodes } from './inbound/inbound-nodes.ts'
import type { MeshInputs } from './inputs/mesh-inputs.ts'
import { resourceSets } from './inputs/resource-sets.ts'
import { bundleNodes } from './outbound/bundle-nodes.ts'
import { outboundNodes } from './outbound/outbound-nodes.ts'
import { routeNodes } from './outbound/route-nodes.ts'
import { securityNodes } from './security/security-nodes.ts'
import { serviceNodes } from './services/service-nodes.ts'
import { telemetryNodes } from './telemetry/telemetry-nodes.ts'
import { virtualServiceNodes } from './traffic/virtual-service-nodes.ts'
import type { ProxyView } from './view/proxy-view.ts'
import { sidecarNodes } from './visibility/sidecar-nodes.ts'
import { workloadNodes } from './workloads/workload-nodes.ts'
import { identityKey, identityOfKey } from './identity/identity-key.ts'
import { viewNodes } from './view-nodes.ts'

/** What the installation says and MeshConfig does not. */
export interface MeshModelOptions {
  /** DNS domain of the cluster; default `cluster.local`, Kubernetes' own. */
  readonly domain?: string
  /** Switches of the installation (environment variables of istiod); all off by default, as in Istio. */
  readonly features?: {
    /** PILOT_ENABLE_MYSQL_FILTER. */
    readonly mysql?: boolean
    /** PILOT_ENABLE_REDIS_FILTER. */
    readonly redis?: boolean
    /** PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES. */
    readonly edsForHeadless?: boolean
  }
}

/** A view with its key: equal keys, equal views. */
export interface KeyedView {
  readonly key: string
  readonly view: ProxyView
}

/** The model. All of it lives in the graph it was made in. */
export interface MeshModel {
  /** What a proxy should do now. Views are shared: proxies of one class get the same object. @throws MeshError MESH0091 if it cannot be made */
  view(identity: ProxyIdentity): KeyedView
  /**
   * Calls `observer` once per transaction that changed what the proxy should do, be it that its view changed or that it fell into another class.
   * The view is kept current while somebody subscribes. Read the first one with {@link MeshModel.view}.
   */
  subscribe(identity: ProxyIdentity, observer: (now: KeyedView) => void): Unsubscribe
  /** Like {@link MeshModel.subscribe}, for callers that read when they are ready: `current` is always the newest. */
  watch(identity: ProxyIdentity, onChange: () => void): { current(): KeyedView; stop(): void }
  /** Findings about resources that a single resource cannot know: references to nothing, conflicts. Keyed by resource, path and code. */
  readonly diagnostics: Collection<Diagnostic>
}

/** Builds the model on the inputs, which must live in `graph`. Nothing is computed until somebody asks. */
export function meshModel(graph: Graph, inputs: MeshInputs, options: MeshModelOptions = {}): MeshModel {
  const domain = options.domain ?? 'cluster.local'
  const { features } = options
  const { mesh, loopback, networks } = inputs
  const sets = memoised(resourceSets(graph, inputs))
  const rootNamespace = graph.singleton('root namespace', () => mesh.get().rootNamespace)
  const isLocal = graph.singleton('is a local mesh', () => loopback.values().length > 0)
  const services = serviceNodes(graph, sets, graph.singleton('defaults of services', () => ({ domain, exportTo: mesh.get().defaultServiceExportTo, protocols: { mysql: features?.mysql === true, redis: features?.redis === true }, balancesHeadless: features?.edsForHeadless === true, isLocal: isLocal.get() })))
  const workloads = workloadNodes(graph, { sets, services, loopback, networks, rootNamespace, domain })
  const rules = ruleNodes(graph, sets, mesh, domain, isLocal)
  const virtualServices = virtualServiceNodes(graph, sets, mesh, domain)
  const sidecars = sidecarNodes(graph, sets, rootNamespace)
  const security = securityNodes(graph, sets, mesh, rootNamespace)
  const telemetry = telemetryNodes(graph, sets, mesh, rootNamespace)
  const bundles = bundleNodes(graph, { mesh, services, workloads, rules, peers: security.peers, sidecars })
  const routes = routeNodes(graph, { mesh, services, rules, virtualServices, sidecars, loopback, domain })
  const gateways = gatewayNodes(graph, { sets, virtualServices, services, routes, loopback })
  const outbound = outboundNodes(graph, { mesh, services, workloads, bundles, routes, sidecars, loopback, gatewayTables: gateways.tables })
  const inbound = inboundNodes(graph, { mesh, services, peers: security.peers, sidecars, loopback })
  const views = viewNodes(graph, { mesh, loopback, outbound, inbound, security, telemetry, gateways, domain })
  const classInputs: ClassInputs = {
    services, workloads, rules, virtualServices, sidecars, security, telemetry, loopback,
    entriesByAddress: graph.indexBy('workload entries by address', sets.config(WorkloadEntry), (entry) => (entry.spec.address === undefined ? [] : [entry.spec.address])),
    serviceAddresses: graph.indexBy('service entries by endpoint', graph.flatMap('listed endpoints', sets.config(ServiceEntry), (entry, key) =>
      entry.spec.hosts.map((host) => [`${key}/${host}`, { service: `${entry.metadata.namespace}/${host.toLowerCase()}`, addresses: (entry.spec.endpoints ?? []).flatMap((one) => one.address ?? []) }] as const),
    ), (one) => one.addresses),
    gatewaysFor: gateways.selectedBy,
  }
  // From the identity to its class, and from there to the view: replicas differ in the first step only.
  const classes = graph.lookup<string>('view classes', (key) => viewKey(classify(identityOfKey(key), classInputs)))
  const current = graph.lookup<KeyedView>('proxies', (key) => {
    const one = classes.get(key)
    return { key: one, view: views.get(one) }
  }, { equal: (a, b) => a.key === b.key && a.view === b.view })
  return {
    view: (identity) => current.get(identityKey(identity)),
    watch: (identity, onChange) => {
      const key = identityKey(identity)
      const stop = current.watch(key, () => onChange())
      return { current: () => current.get(key), stop }
    },
    subscribe: (identity, observer) => current.watch(identityKey(identity), ({ after }) => observer(after)),
    diagnostics: diagnosticNodes(graph, { sets, mesh, services, virtualServices, rules, workloads, loopback, isLocal, domain }),
  }
}

/** Nodes have names, so each collection may be made once; several parts of the model read the same kinds. */
function memoised(sets: ReturnType<typeof resourceSets>): ReturnType<typeof resourceSets> {
  const made = new Map<unknown, Collection<never>>()
  const once = <T>(kind: unknown, make: () => Collection<T>): Collection<T> => {
    const known = made.get(kind)
    if (known) return known
    const fresh = make()
    made.set(kind, fresh as Collection<never>)
    return fresh
  }
  return { everywhere: (kind) => once(kind, () => sets.everywhere(kind)), config: (kind) => once(kind, () => sets.config(kind)) }
}
