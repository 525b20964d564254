/** Wiring: upstreams and endpoints in bundles, one per source namespace and kind of client. */
import type { MeshConfig } from '@istio-ts/api-types'
import type { Graph, Singleton } from '@istio-ts/collections'
import { hostCovers } from '@istio-ts/foundation'
import { pickLabels, type RuleNodes } from '../destination/rule-nodes.ts'
import type { RuleModel } from '../destination/rule.ts'
import { modeOnPort } from '../security/peer-policy.ts'
import type { PeerNodes } from '../security/security-nodes.ts'
import { type MeshService } from '../services/mesh-service.ts'
import type { ServiceNodes } from '../services/service-nodes.ts'
import type { Bundle } from '../view/bundle.ts'
import type { EndpointGroup } from '../view/endpoint-group.ts'
import type { Upstream } from '../view/upstream.ts'
import { isVisibleTo, visibilityKey } from '../visibility/export-to.ts'
import type { SidecarNodes } from '../visibility/sidecar-nodes.ts'
import { namespacesInScope, seesOfNamespace, seesService } from '../visibility/sidecar-scope.ts'
import type { Instance } from '../workloads/instance.ts'
import type { WorkloadNodes } from '../workloads/workload-nodes.ts'
import { bundleKey, bundleOfKey, type BundleSpec } from './bundle-spec.ts'
import { endpointGroup } from './endpoint-groups.ts'
import type { EndpointClient } from './locality-priority.ts'
import type { OutboundClass } from './outbound-class.ts'
import { serviceUpstreams } from './service-upstreams.ts'
import { compareText } from '../inputs/resource-order.ts'

/** What bundles are made from. */
export interface BundleInputs {
  readonly mesh: Singleton<MeshConfig>
  readonly services: ServiceNodes
  readonly workloads: WorkloadNodes
  readonly rules: RuleNodes
  readonly peers: PeerNodes
  readonly sidecars: SidecarNodes
}

/** Upstreams and endpoints of classes. */
export interface BundleNodes {
  /** One bundle per source namespace and visibility, in the order of namespaces. */
  upstreams(outbound: OutboundClass): readonly Bundle<Upstream>[]
  /** The endpoints of those bundles, in the same order, in lists. */
  endpoints(outbound: OutboundClass): readonly (readonly Bundle<EndpointGroup>[])[]
}

const NO_CLIENT: EndpointClient = { locality: { region: '', zone: '', subzone: '' }, network: '', cluster: '', labels: {} }

/** Makes the nodes. */
export function bundleNodes(graph: Graph, inputs: BundleInputs): BundleNodes {
  const { mesh, services, workloads, rules, peers, sidecars } = inputs
  const identity = graph.singleton('identity settings', () => {
    const { trustDomain, trustDomainAliases, enableAutoMtls } = mesh.get()
    return { trustDomain, trustDomainAliases, enableAutoMtls }
  })
  const rootNamespace = graph.singleton('root namespace of rules', () => mesh.get().rootNamespace)

  const endpointsOf = (service: MeshService, upstream: Pick<Upstream, 'ref' | 'subsetLabels' | 'endpoints' | 'policy'>, client: EndpointClient): EndpointGroup =>
    endpointGroup(service, upstream, workloads.instances.get(service.key).instances, isTlsDisabled(peers), upstream.policy.preference, client)

  const upstreamsOfService = graph.lookup<readonly Upstream[]>('upstreams of service', (key) => {
    const { service, rule } = parsePair(key, services, rules)
    if (!service) return []
    return serviceUpstreams(service, rule, {
      ...identity.get(),
      policy: (one, port, subset) => rules.policy(one, port, subset),
      serviceAccounts: workloads.serviceAccounts.get(service.key),
      mtls: peers.ofNamespace.get(service.namespace),
      allSpeakMeshTls: workloads.allSpeakMeshTls.get(service.key),
      staticEndpoints: (ref) => endpointsOf(service, {
        ref, subsetLabels: rule?.subsets.find((one) => one.subset.name === ref.subset)?.subset.labels ?? {}, endpoints: '', policy: rules.policy(rule, ref.port, ref.subset),
      }, NO_CLIENT),
    })
  })

  const endpointsOfService = graph.lookup<readonly EndpointGroup[]>('endpoints of service', (key) => {
    const [serviceKey = '', ruleKey = '', clientKey = ''] = JSON.parse(key) as readonly string[]
    const service = services.all.get(serviceKey)
    if (!service) return []
    const client = clientKey === '' ? NO_CLIENT : (JSON.parse(clientKey) as EndpointClient)
    return upstreamsOfService.get(pairKey(serviceKey, ruleKey)).filter((one) => one.resolution === 'eds').map((one) => endpointsOf(service, one, client))
  })

  const members = (spec: BundleSpec): readonly MeshService[] => {
    const scope = sidecars.scope(spec.sidecar, spec.client)
    return services.byNamespace.lookup(spec.source).filter((service) =>
      visibilityKey(service.visibility) === spec.visibility && service.resolution !== 'alias' && seesService(scope, service.namespace, service.host)
      && (spec.client === '' || services.chosen(spec.client, service.host) === service))
  }
  const ruleFor = (service: MeshService, spec: BundleSpec): RuleModel | undefined =>
    rules.choose(service.host, service.namespace, { namespace: spec.client, labels: spec.labels, rootNamespace: rootNamespace.get() })

  const pairsOfBundle = graph.lookup<readonly string[]>('services of bundle', (key) => {
    const spec = bundleOfKey(key)
    return members(spec).map((service) => pairKey(service.key, ruleFor(service, spec)?.key ?? ''))
  })
  const upstreams = graph.lookup<Bundle<Upstream>>('upstream bundles', (key) => ({ key, items: pairsOfBundle.get(key).flatMap((pair) => upstreamsOfService.get(pair)) }), { share: 'items' })
  const needsClient = graph.lookup<boolean>('bundles that depend on locality', (key) => upstreams.get(key).items.some((one) => one.policy.preference !== undefined))
  // What an endpoint change reads again is a list of ready keys: parsing and writing them costs more than the change itself.
  const endpointKeys = graph.lookup<readonly string[]>('endpoint keys of bundle', (key) => {
    const [bundle = '', client = ''] = JSON.parse(key) as readonly string[]
    return pairsOfBundle.get(bundle).map((pair) => JSON.stringify([...(JSON.parse(pair) as readonly string[]), client]))
  })
  const endpointBundles = graph.lookup<Bundle<EndpointGroup>>('endpoint bundles', (key) => ({ key, items: flattened(endpointKeys.get(key), (one) => endpointsOfService.get(one)) }), { share: 'items' })

  /** True if rules of the client's namespace speak of a service of the source namespace. */
  const touches = graph.lookup<boolean>('rules that reach into a namespace', (key) => {
    const [client = '', source = ''] = key.split('/')
    return rules.ofNamespace.get(client).some((rule) => rule.host.startsWith('*')
      ? services.byNamespace.lookup(source).some((service) => hostCovers(rule.host, service.host))
      : services.byHost.lookup(rule.host).some((service) => service.namespace === source))
  })
  const shelves = graph.lookup<readonly { readonly source: string; readonly visibility: string; readonly clients: readonly string[] | '*' }[]>('namespaces by visibility', (source) => {
    const found = new Map(services.byNamespace.lookup(source).map((one) => [visibilityKey(one.visibility), one.visibility]))
    return [...found].sort(([a], [b]) => compareText(a, b)).map(([visibility, clients]) => ({ source, visibility, clients }))
  })
  /** Equal texts as one object: every endpoint change compares the keys that a class reads with the last ones, and these are long. */
  const interned = graph.lookup<string>('wholes', (key) => key)
  /** Keys of the branches of a class: a branch holds some bundles, so that a change in one does not look at all others again. */
  const specsOf = graph.lookup<readonly string[]>('bundles of clients', (key) => {
    const { namespace, labels, sidecar } = JSON.parse(key) as Pick<OutboundClass, 'namespace' | 'labels' | 'sidecar'>
    const scope = sidecars.scope(sidecar, namespace)
    const named = namespacesInScope(scope)
    // A scope that names its namespaces must not look at the others: a thousand such classes of a thousand namespaces would be a million looks.
    const sources = named ? [...named].sort(compareText) : services.byNamespace.buckets()
    const specs = sources.flatMap((source) => shelves.get(source).filter((shelf) => isVisibleTo(shelf.clients, namespace)).map((shelf) => {
      const hasRules = touches.get(`${namespace}/${source}`)
      const restricts = seesOfNamespace(scope, source) !== 'all'
      const isOwn = hasRules || restricts || services.hasSharedHosts.get(source)
      return bundleKey({
        source, visibility: shelf.visibility, client: isOwn ? namespace : '',
        labels: hasRules ? pickLabels(labels, rules.selectorLabels.get(namespace)) : {}, sidecar: restricts ? sidecar : '',
      })
    }))
    return chunks(specs, BRANCH).map((some) => JSON.stringify(some))
  })
  const upstreamBranches = graph.lookup<readonly Bundle<Upstream>[]>('upstream branches', (key) => (JSON.parse(key) as readonly string[]).map((spec) => upstreams.get(spec)), { share: 'items' })
  const endpointBundleKeys = graph.lookup<readonly string[]>('endpoint bundles of branch', (key) => {
    const [specs, client] = JSON.parse(key) as readonly [string, string]
    return (JSON.parse(specs) as readonly string[]).map((spec) => JSON.stringify([spec, needsClient.get(spec) ? client : '']))
  })
  const endpointBranches = graph.lookup<readonly Bundle<EndpointGroup>[]>('endpoint branches', (key) => endpointBundleKeys.get(key).map((one) => endpointBundles.get(one)), { share: 'items' })
  // Most classes see the same bundles: what they see is put together once for all of them.
  const branchesOfWhole = graph.lookup<readonly string[]>('branches of a whole', (whole) => JSON.parse(whole) as readonly string[])
  const endpointWholes = graph.lookup<readonly (readonly Bundle<EndpointGroup>[])[]>('endpoints of branches', (whole) => branchesOfWhole.get(whole).map((branch) => endpointBranches.get(branch)), { share: 'items' })
  const wholeOf = graph.lookup<string>('endpoint branches of clients', (key) => {
    const [clients, client] = JSON.parse(key) as readonly [string, string]
    return interned.get(JSON.stringify(specsOf.get(clients).map((branch) => JSON.stringify([branch, client]))))
  })
  const allUpstreams = graph.lookup<readonly Bundle<Upstream>[]>('upstreams of clients', (clients) => flattened(specsOf.get(clients), (branch) => upstreamBranches.get(branch)), { share: 'items' })
  const allEndpoints = graph.lookup<readonly (readonly Bundle<EndpointGroup>[])[]>('endpoints of clients', (key) => endpointWholes.get(wholeOf.get(key)), { equal: Object.is })
  const clientsKey = ({ namespace, labels, sidecar }: OutboundClass): string => JSON.stringify({ namespace, labels, sidecar })

  return {
    upstreams: (outbound) => allUpstreams.get(clientsKey(outbound)),
    endpoints: (outbound) => {
      const { locality, network, cluster, labels } = outbound
      const client: EndpointClient = { locality, network, cluster, labels }
      return allEndpoints.get(JSON.stringify([clientsKey(outbound), JSON.stringify(client)]))
    },
  }
}

/** Bundles in a branch: about the root of the largest number of namespaces that we plan for. */
const BRANCH = 32

/** `flatMap` by hand: this runs for every endpoint change and view. */
function flattened<T>(keys: readonly string[], get: (key: string) => readonly T[]): readonly T[] {
  const lists = keys.map(get)
  const all = new Array<T>(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) for (const item of list) all[at++] = item
  return all
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

const pairKey = (service: string, rule: string): string => JSON.stringify([service, rule])

function parsePair(key: string, services: ServiceNodes, rules: RuleNodes): { readonly service: MeshService | undefined; readonly rule: RuleModel | undefined } {
  const [service = '', rule = ''] = JSON.parse(key) as readonly string[]
  return { service: services.all.get(service), rule: rule === '' ? undefined : rules.rule(rule) }
}

/** Where a policy forbids mTLS on the port, the endpoint counts as one without. */
const isTlsDisabled = (peers: PeerNodes) => (instance: Instance): boolean =>
  instance.meshTls && modeOnPort(peers.of(instance.namespace, instance.labels), instance.workloadPort) === 'DISABLE'
