/** Wiring: virtual hosts, shared between clients that see them alike, and the route tables of a class. */
import type { HttpRetry, LoopbackPlan, MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Singleton } from '@istio-ts/collections'
import type { HostName, Labels } from '@istio-ts/foundation'
import { isWildcard } from '@istio-ts/foundation'
import type { RuleNodes } from '../destination/rule-nodes.ts'
import { portOf, type MeshPort, type MeshService } from '../services/mesh-service.ts'
import { chooseService, type ServiceNodes } from '../services/service-nodes.ts'
import type { RouteSurroundings } from '../traffic/http-routes.ts'
import { httpRoutes } from '../traffic/http-routes.ts'
import type { RouteSource } from '../traffic/source.ts'
import type { VirtualServiceNodes } from '../traffic/virtual-service-nodes.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from '../traffic/virtual-service.ts'
import type { DestinationPolicy, HashOn } from '../view/destination-policy.ts'
import { isHttp } from '../view/service-facts.ts'
import type { RouteTable, UnknownHost, VirtualHost } from '../view/route-table.ts'
import type { UpstreamRef } from '../view/upstream.ts'
import type { SidecarNodes } from '../visibility/sidecar-nodes.ts'
import { seesRules } from '../visibility/sidecar-scope.ts'
import { domainsOf, hostNames, nameForm, serviceNames, type Families, type NameForm, type PortStyle } from './domains.ts'
import type { OutboundClass } from './outbound-class.ts'
import { hostTable } from './outbound-listeners.ts'
import { serviceRoutes, virtualHost, withoutRepeatedDomains } from './virtual-hosts.ts'

/** What routes are made from. */
export interface RouteInputs {
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly rules: RuleNodes
  readonly virtualServices: VirtualServiceNodes
  readonly sidecars: SidecarNodes
  readonly loopback: Collection<LoopbackPlan>
  readonly domain: string
}

/** Route tables of classes. */
export interface RouteNodes {
  /** The VirtualService that speaks for a host as a class sees it. */
  rulesFor(outbound: OutboundClass, host: HostName): VirtualServiceModel | undefined
  /** What compiling routes for a source needs. */
  surroundings(source: RouteSource): RouteSurroundings
  policy(ref: UpstreamRef, client: Pick<RouteSource, 'namespace' | 'labels'>): DestinationPolicy
  /** The table of one HTTP port on all addresses. */
  portTable(outbound: OutboundClass, services: readonly MeshService[], port: number, unknownHost: UnknownHost): RouteTable
  /** The table of one service's own listener, which takes every host name. */
  serviceTable(outbound: OutboundClass, service: MeshService, port: MeshPort): RouteTable
  /** The table of the HTTP proxy: all services on all ports. */
  proxyTable(outbound: OutboundClass, services: readonly MeshService[], unknownHost: UnknownHost): RouteTable
}

/** What a virtual host depends on, as JSON its key. */
interface HostSpec {
  readonly service: string
  readonly port: number
  /** Port that rules' `port` conditions are compared with; 0 = any. */
  readonly listenPort: number
  readonly form: NameForm | 'any'
  readonly aliasForms: readonly NameForm[]
  readonly style: PortStyle
  readonly families: Families
  readonly rules: string
  /** The client, where rules of its own namespace or conditions on the source matter. */
  readonly namespace: string
  readonly labels: Labels
}

/** Makes the nodes. */
export function routeNodes(graph: Graph, inputs: RouteInputs): RouteNodes {
  const { mesh, services, rules, virtualServices, sidecars, domain } = inputs
  const retry = graph.singleton<HttpRetry | undefined>('default retries', () => mesh.get().defaultHttpRetryPolicy)
  const rootNamespace = graph.singleton('root namespace of routes', () => mesh.get().rootNamespace)

  const policy = (ref: UpstreamRef, client: Pick<RouteSource, 'namespace' | 'labels'>): DestinationPolicy => {
    const service = chooseService(services.byHost.lookup(ref.host), client.namespace) ?? services.byHost.lookup(ref.host)[0]
    const rule = rules.choose(ref.host, service?.namespace ?? '', { namespace: client.namespace, labels: client.labels, rootNamespace: rootNamespace.get() })
    return rules.policy(rule, ref.port, ref.subset)
  }
  const hashOn = (ref: UpstreamRef, source: RouteSource): readonly HashOn[] => {
    const { loadBalancing } = policy(ref, source)
    return loadBalancing.kind === 'ring-hash' || loadBalancing.kind === 'maglev' ? [loadBalancing.on] : []
  }
  const surroundings = (source: RouteSource): RouteSurroundings => ({
    source, domain, defaultRetry: retry.get(),
    service: (host) => chooseService(services.byHost.lookup(host), source.namespace) ?? services.byHost.lookup(host)[0],
    hashOn: (ref) => hashOn(ref, source),
  })

  const hosts = graph.lookup<VirtualHost | undefined>('virtual hosts', (key) => {
    const spec = JSON.parse(key) as HostSpec
    const service = services.all.get(spec.service)
    const port = service && portOf(service, spec.port)
    if (!service || !port) return undefined
    const source: RouteSource = { gateways: [MESH_GATEWAY], namespace: spec.namespace, labels: spec.labels, port: spec.listenPort }
    const aliases = services.aliasesOf.lookup(service.host).map((alias, i) => ({ host: alias.host, form: spec.aliasForms[i] ?? 'plain' }))
    const domains = spec.form === 'any' ? ['*'] : domainsOf(serviceNames(service, spec.form, aliases, spec.families), port.number, spec.style)
    return virtualHost(service, port, domains, serviceRoutes(service, port, spec.rules === '' ? undefined : virtualServices.all.get(spec.rules), surroundings(source)))
  })

  const rulesFor = (outbound: OutboundClass, host: HostName): VirtualServiceModel | undefined => {
    const found = virtualServices.forHost.get(`${outbound.namespace}/${host}`)
    return found && seesRules(sidecars.scope(outbound.sidecar, outbound.namespace), found.namespace, found.hosts) ? found : undefined
  }
  const hasOwnRules = graph.lookup<boolean>('namespaces with destination rules', (namespace) => rules.ofNamespace.get(namespace).length > 0)

  const hostOf = (outbound: OutboundClass, service: MeshService, port: MeshPort, style: PortStyle, form?: 'any'): VirtualHost | undefined => {
    const found = rulesFor(outbound, service.host)
    const asks = found !== undefined && asksForSource(found)
    const spec: HostSpec = {
      service: service.key, port: port.number, listenPort: port.number, form: form ?? nameForm(service.host, outbound.dnsDomain),
      aliasForms: services.aliasesOf.lookup(service.host).map((alias) => nameForm(alias.host, outbound.dnsDomain)),
      style, families: service.addresses.length > 1 ? outbound.ipFamilies : [], rules: found?.key ?? '',
      namespace: asks || hasOwnRules.get(outbound.namespace) ? outbound.namespace : '', labels: asks || hasOwnRules.get(outbound.namespace) ? outbound.labels : {},
    }
    return hosts.get(JSON.stringify(spec))
  }

  const isAlias = (host: HostName): boolean => services.byHost.lookup(host).some((service) => service.resolution === 'alias')

  /**
   * Hosts of rules that no service has: their routes hold beside the services of the same rules, or else on port 80. A rule for an alias takes
   * its full name from the service behind it, and that alone; so aliases come before the services, the others after them.
   */
  const withExtraHosts = (found: readonly VirtualHost[], outbound: OutboundClass, seen: readonly MeshService[], ports: readonly number[], style: PortStyle): readonly VirtualHost[] => {
    const scope = sidecars.scope(outbound.sidecar, outbound.namespace)
    const models = virtualServices.forMesh.get(outbound.namespace).filter((model) => model.http.length > 0 && seesRules(scope, model.namespace, model.hosts))
    const lonely = lonelyHosts(models, seen)
    const extra = ports.flatMap((port) => lonely.filter((one) => one.ports.includes(port)).flatMap(({ model, hosts }) => {
      const routes = httpRoutes(model, surroundings({ gateways: [MESH_GATEWAY], namespace: outbound.namespace, labels: outbound.labels, port }))
      return hosts.map((host) => {
        const alias = isAlias(host)
        const made: VirtualHost = { name: `${host}:${port}`, domains: domainsOf(alias ? [host] : extraNames(host, outbound), port, style), routes, requireTls: false, from: [{ resource: model.ref, path: 'spec.hosts' }] }
        return { alias, made }
      })
    }))
    const those = (alias: boolean): readonly VirtualHost[] => extra.filter((one) => one.alias === alias).map(({ made }) => made)
    return [...those(true), ...found, ...those(false)]
  }

  return {
    rulesFor,
    surroundings,
    policy,
    portTable: (outbound, seen, port, unknownHost) => {
      const found = seen.flatMap((service) => httpPorts(service).filter((one) => one.number === port).flatMap((one) => hostOf(outbound, service, one, 'none') ?? []))
      return table(String(port), withExtraHosts(found, outbound, seen, [port], 'none'), unknownHost)
    },
    serviceTable: (outbound, service, port) => table(hostTable(service.host, port.number), [hostOf(outbound, service, port, 'none', 'any')].flatMap((one) => one ?? []), 'none'),
    proxyTable: (outbound, seen, unknownHost) => {
      const found = seen.flatMap((service) => httpPorts(service).flatMap((port) => hostOf(outbound, service, port, 'all') ?? []))
      const ports = [...new Set(seen.flatMap(httpPorts).map((port) => port.number))]
      return table('http_proxy', withExtraHosts(found, outbound, seen, ports, 'all'), unknownHost)
    },
  }
}

const httpPorts = (service: MeshService): readonly MeshPort[] => service.ports.filter((port) => isHttp(port.protocol) || port.protocol === 'auto')

/** The hosts of each model that none of the services has, and the ports at which they hold; models without such hosts are left out. */
function lonelyHosts(models: readonly VirtualServiceModel[], seen: readonly MeshService[]): readonly { readonly model: VirtualServiceModel; readonly hosts: readonly HostName[]; readonly ports: readonly number[] }[] {
  const byHost = new Map(seen.map((service) => [service.host, service]))
  const served = (host: HostName): readonly MeshService[] => {
    const same = byHost.get(host)
    return isWildcard(host) ? seen.filter((service) => service.host.endsWith(host.slice(1))) : same ? [same] : []
  }
  return models.flatMap((model) => {
    const services = model.hosts.map(served)
    const hosts = model.hosts.filter((_, i) => services[i]?.length === 0)
    return hosts.length === 0 ? [] : [{ model, hosts, ports: hosts.length === model.hosts.length ? [80] : services.flat().flatMap(httpPorts).map(({ number }) => number) }]
  })
}

/** A VirtualService host without a service has short names only if it looks like a Kubernetes host. */
const extraNames = (host: HostName, outbound: OutboundClass): readonly string[] => {
  const form = isWildcard(host) ? 'plain' : nameForm(host, outbound.dnsDomain)
  return form === 'plain' ? [host] : hostNames(host, form)
}

const table = (name: string, hosts: readonly VirtualHost[], unknownHost: UnknownHost): RouteTable =>
  ({ name, virtualHosts: withoutRepeatedDomains(hosts), unknownHost, direction: 'outbound', from: [] })

/** True if some rule holds only for certain callers. */
const asksForSource = (model: VirtualServiceModel): boolean =>
  model.http.some(({ rule }) => (rule.match ?? []).some((match) => match.sourceNamespace !== undefined || Object.keys(match.sourceLabels ?? {}).length > 0))
