/** Wiring: the outbound view of a class, from its bundles, listeners and route tables. */
import type { LoopbackPlan, MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Lookup, Singleton } from '@istio-ts/collections'
import { resolveShortHost, type Diagnostic } from '@istio-ts/foundation'
import { modelDiagnostics } from '../diagnostics/codes.ts'
import { compareServices, portOf, type MeshPort, type MeshService } from '../services/mesh-service.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import { tcpChains, type TcpSurroundings } from '../traffic/tcp-routes.ts'
import { MESH_GATEWAY } from '../traffic/virtual-service.ts'
import type { HttpProxyListener, OutboundListener } from '../view/outbound-listener.ts'
import type { OutboundView } from '../view/proxy-view.ts'
import type { RouteTarget } from '../view/route-action.ts'
import type { RouteTable } from '../view/route-table.ts'
import { isVisibleTo } from '../visibility/export-to.ts'
import type { SidecarNodes } from '../visibility/sidecar-nodes.ts'
import { namespacesInScope, seesService } from '../visibility/sidecar-scope.ts'
import type { WorkloadNodes } from '../workloads/workload-nodes.ts'
import type { BundleNodes } from './bundle-nodes.ts'
import { grantListeners, type ListenerConflict } from './listener-drafts.ts'
import { connectTargets, LOOPBACK, loopbackListeners, type PlannedListener } from './loopback-outbound.ts'
import { classKey, classOfKey, type OutboundClass } from './outbound-class.ts'
import { listenerWishes } from './outbound-listeners.ts'
import type { RouteNodes } from './route-nodes.ts'

/** What outbound views are made from. */
export interface OutboundInputs {
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly workloads: WorkloadNodes
  readonly bundles: BundleNodes
  readonly routes: RouteNodes
  readonly sidecars: SidecarNodes
  readonly loopback: Collection<LoopbackPlan>
  /** Route tables that a gateway's servers need; empty for sidecars. */
  gatewayTables(outbound: OutboundClass): readonly RouteTable[]
}

/** Outbound views by class key. */
export interface OutboundNodes {
  readonly views: Lookup<OutboundView>
  /** Services that a class cannot reach although it may: their connections look like those to others. */
  diagnostics(key: string): readonly Diagnostic[]
  /** Services a class may call, Istio's order. */
  servicesOf(outbound: OutboundClass): readonly MeshService[]
}

/** What unknown destinations get, mesh-wide or by Sidecar. */
interface UnknownPolicy {
  readonly unknownHost: OutboundView['unknownHost']
  readonly egressProxy?: RouteTarget
}

interface Listening {
  readonly listeners: readonly OutboundListener[]
  readonly conflicts: readonly ListenerConflict[]
  readonly planned: readonly PlannedListener[]
}

/** Makes the nodes. */
export function outboundNodes(graph: Graph, inputs: OutboundInputs): OutboundNodes {
  const { services, workloads, bundles, routes, sidecars, loopback } = inputs
  const settings = graph.singleton('outbound settings', () => {
    const { outboundTrafficPolicy, proxyListenPort, proxyHttpPort } = inputs.mesh.get()
    return { mode: outboundTrafficPolicy.mode ?? 'ALLOW_ANY', proxyListenPort, proxyHttpPort: proxyHttpPort ?? 0 }
  })

  const inScope = graph.lookup<readonly MeshService[]>('services in scope', (key) => {
    const { namespace, sidecar } = JSON.parse(key) as Pick<OutboundClass, 'namespace' | 'sidecar'>
    const scope = sidecars.scope(sidecar, namespace)
    const named = namespacesInScope(scope)
    const candidates = named ? [...named].flatMap((source) => services.byNamespace.lookup(source)) : services.all.values()
    return candidates.filter((service) =>
      service.resolution !== 'alias' && isVisibleTo(service.visibility, namespace) && seesService(scope, service.namespace, service.host) && services.chosen(namespace, service.host) === service,
    ).sort(compareServices)
  }, { share: 'items' })
  const servicesOf = ({ namespace, sidecar }: OutboundClass): readonly MeshService[] => inScope.get(JSON.stringify({ namespace, sidecar }))

  /** The service that a class means by a host, if it may call it. */
  const called = (outbound: OutboundClass, host: string): MeshService | undefined => {
    const service = services.chosen(outbound.namespace, host)
    const scope = sidecars.scope(outbound.sidecar, outbound.namespace)
    return service && service.resolution !== 'alias' && seesService(scope, service.namespace, service.host) ? service : undefined
  }

  const unknownPolicy = (outbound: OutboundClass): UnknownPolicy => {
    const own = sidecars.scope(outbound.sidecar, outbound.namespace)?.resource.spec.outboundTrafficPolicy
    const mode = own ? (own.mode ?? 'REGISTRY_ONLY') : settings.get().mode
    const egress = own?.egressProxy
    return {
      unknownHost: mode === 'REGISTRY_ONLY' ? 'block' : mode === 'ALLOW_ANY_DYNAMIC_DNS' ? 'dynamic-dns' : 'allow-any',
      ...(egress ? { egressProxy: { kind: 'upstream', ref: { host: resolveShortHost(egress.host, outbound.namespace), port: egress.port?.number ?? 0, subset: egress.subset ?? '' } } } : {}),
    }
  }

  const chainsOf = (outbound: OutboundClass, service: MeshService, port: MeshPort, destinations: readonly string[]) => {
    const source = { gateways: [MESH_GATEWAY], namespace: outbound.namespace, labels: outbound.labels, port: port.number }
    const around: TcpSurroundings = { ...routes.surroundings(source), policy: (ref) => routes.policy(ref, source) }
    return tcpChains(service, port, routes.rulesFor(outbound, service.host), destinations, around)
  }

  const planned = (outbound: OutboundClass): Listening => {
    const plan = loopback.get(outbound.loopback)
    if (!plan || plan.role === 'gateway') return { listeners: [], conflicts: [], planned: [] }
    const found = loopbackListeners(plan, {
      service: (host) => called(outbound, host),
      chains: (service, port) => chainsOf(outbound, service, port, []),
    })
    return { listeners: found.map((one) => one.listener), conflicts: [], planned: found }
  }

  const captured = (outbound: OutboundClass): Listening => {
    const wildcard = outbound.ipFamilies.includes('IPv4') || outbound.ipFamilies.length === 0 ? '0.0.0.0' : '::'
    const around = {
      wildcard: outbound.captured ? wildcard : LOOPBACK,
      families: outbound.ipFamilies,
      ownAddresses: outbound.ownAddresses,
      instanceAddresses: (service: MeshService, port: MeshPort) =>
        workloads.instances.get(service.key).instances.flatMap((one) => (one.servicePort === port.number && one.address.kind === 'ip' ? [one.address.ip] : [])),
      chains: (service: MeshService, port: MeshPort, destinations: readonly string[]) => chainsOf(outbound, service, port, destinations),
    }
    const wishes = servicesOf(outbound).flatMap((service) => [...listenerWishes(service, around)])
    const unmatched = unknownPolicy(outbound).unknownHost === 'block' ? 'blackhole' : 'passthrough'
    return { ...grantListeners(wishes, { bindToPort: !outbound.captured, unmatched }), planned: [] }
  }

  const listening = graph.lookup<Listening>('outbound listeners', (key) => {
    const outbound = classOfKey(key)
    if (outbound.type === 'router' || outbound.type === 'waypoint') return { listeners: [], conflicts: [], planned: [] }
    return outbound.loopback === '' ? captured(outbound) : planned(outbound)
  })

  const tables = graph.lookup<readonly RouteTable[]>('outbound route tables', (key) => {
    const outbound = classOfKey(key)
    const seen = servicesOf(outbound)
    const { unknownHost } = unknownPolicy(outbound)
    const names = [...new Set(listening.get(key).listeners.flatMap((listener) => listener.http?.routeTable ?? []))]
    const made = names.flatMap((name) => {
      if (/^\d+$/.test(name)) return [routes.portTable(outbound, seen, Number(name), unknownHost)]
      const colon = name.lastIndexOf(':')
      const service = called(outbound, name.slice(0, colon))
      const port = service && portOf(service, Number(name.slice(colon + 1)))
      return service && port ? [routes.serviceTable(outbound, service, port)] : []
    })
    const proxy = proxyPort(outbound) === undefined ? [] : [routes.proxyTable(outbound, seen, unknownHost)]
    return [...made, ...proxy, ...inputs.gatewayTables(outbound)].sort((a, b) => (a.name < b.name ? -1 : 1))
  }, { share: 'items' })

  const proxyPort = (outbound: OutboundClass): number | undefined => {
    if (outbound.type !== 'sidecar') return undefined
    if (outbound.loopback !== '') return loopback.get(outbound.loopback)?.httpProxy
    return settings.get().proxyHttpPort === 0 ? undefined : settings.get().proxyHttpPort
  }

  const httpProxy = (outbound: OutboundClass, key: string): HttpProxyListener | undefined => {
    const port = proxyPort(outbound)
    if (port === undefined || port === 0) return undefined
    const isLocal = outbound.loopback !== ''
    return {
      bind: LOOPBACK, port, routeTable: 'http_proxy', connect: connectTargets(listening.get(key).planned, outbound.dnsDomain), acceptsConnect: isLocal,
      unknownHost: unknownPolicy(outbound).unknownHost, from: [],
    }
  }

  const views = graph.lookup<OutboundView>('outbound views', (key) => {
    const outbound = classOfKey(key)
    const proxy = httpProxy(outbound, key)
    const isCapturing = outbound.loopback === '' && outbound.captured && outbound.type === 'sidecar'
    return {
      key,
      upstreams: bundles.upstreams(outbound),
      endpoints: bundles.endpoints(outbound),
      listeners: listening.get(key).listeners,
      routeTables: tables.get(key),
      ...(isCapturing ? { virtualListener: { bind: wildcards(outbound), port: settings.get().proxyListenPort } } : {}),
      ...(proxy ? { httpProxy: proxy } : {}),
      ...unknownPolicy(outbound),
    }
  }, { share: 'items' })
  return { views, diagnostics: (key) => listening.get(key).conflicts.flatMap(conflictFinding), servicesOf }
}

/** Told at the port that lost. Headless services lose one address at a time, which says nothing new: the model merges equal findings. */
function conflictFinding({ wish, winner }: ListenerConflict): readonly Diagnostic[] {
  const origin = wish.from.at(-1)
  return origin && winner.host !== wish.service.host ? [modelDiagnostics.cannotListen(origin.resource, origin.path, wish.port, winner.host)] : []
}

/** The addresses that mean all, the client's first family in front. */
export const wildcards = (outbound: Pick<OutboundClass, 'ipFamilies'>): readonly string[] =>
  outbound.ipFamilies.length === 0 ? ['0.0.0.0'] : outbound.ipFamilies.map((family) => (family === 'IPv4' ? '0.0.0.0' : '::'))

export { classKey }
