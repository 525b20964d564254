/** Wiring: VirtualServices with delegates merged in, found by host, namespace and gateway. */
import { VirtualService, type MeshConfig } from '@istio-ts/api-types'
import type { Collection, Graph, Index, Lookup, Singleton } from '@istio-ts/collections'
import { compareHosts, hostCovers, isWildcard, type HostName } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import { isVisibleTo } from '../visibility/export-to.ts'
import { mergeDelegate } from './delegate.ts'
import { isForMesh, virtualServiceModel, type HttpRule, type VirtualServiceModel } from './virtual-service.ts'
import { compareText } from '../inputs/resource-order.ts'

/** Where routing rules are found. */
export interface VirtualServiceNodes {
  /** By `namespace/name`, delegates merged; those without hosts are left out. */
  readonly all: Collection<VirtualServiceModel>
  /** VirtualServices without hosts, by `namespace/name`. */
  readonly delegates: Collection<VirtualServiceModel>
  /** By gateway (`namespace/name`, or `mesh`). */
  readonly byGateway: Index<VirtualServiceModel>
  /** All for sidecars that a client namespace sees, oldest first. */
  readonly forMesh: Lookup<readonly VirtualServiceModel[]>
  /** The one that speaks for a host as sidecars of a namespace see it: the most specific host, then the oldest. Key `namespace/host`. */
  readonly forHost: Lookup<VirtualServiceModel | undefined>
  /** Names of labels that rules ask clients for. */
  readonly sourceLabels: { get(): readonly string[] }
}

/** Makes the nodes. */
export function virtualServiceNodes(graph: Graph, sets: ResourceSets, mesh: Singleton<MeshConfig>, domain: string): VirtualServiceNodes {
  const defaults = graph.singleton('defaults of virtual services', () => ({ domain, exportTo: mesh.get().defaultVirtualServiceExportTo }))
  const models = graph.flatMap('virtual services as written', sets.config(VirtualService), (resource) => {
    const model = virtualServiceModel(resource, defaults.get())
    return [[model.key, model] as const]
  })
  const all = graph.derive('virtual services', models, (model) => (model.hosts.length === 0 ? undefined : { ...model, http: model.http.flatMap((rule) => resolveDelegate(rule, model, models)) }))
  const byGateway = graph.indexBy('virtual services by gateway', all, (model) => model.gateways)
  const byHost = graph.indexBy('virtual services by host', all, (model) => (isForMesh(model) ? model.hosts.map((host) => (isWildcard(host) ? '*' : host)) : []))
  const asking = graph.indexBy('virtual services that ask for labels', all, (model) => (sourceLabelsOf(model).length > 0 ? [''] : []))
  const visible = (models: readonly VirtualServiceModel[], namespace: string): readonly VirtualServiceModel[] => models.filter((model) => isVisibleTo(model.visibility, namespace)).sort(compareRules)
  return {
    delegates: graph.derive('delegates', models, (model) => (model.hosts.length === 0 ? model : undefined)),
    all,
    byGateway,
    forMesh: graph.lookup('virtual services for the mesh', (namespace) => visible(byGateway.lookup('mesh'), namespace)),
    forHost: graph.lookup<VirtualServiceModel | undefined>('virtual service of host', (key) => {
      const [namespace, host] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
      if (!isWildcard(host)) {
        const [exact] = visible(byHost.lookup(host), namespace)
        if (exact) return exact
      }
      return mostSpecific(visible(byHost.lookup('*'), namespace), host)
    }),
    sourceLabels: graph.singleton('client labels of virtual services', () => [...new Set(asking.lookup('').flatMap(sourceLabelsOf))].sort()),
  }
}

/** Oldest first, then by name and namespace as Istio breaks ties. */
export const compareRules = (a: VirtualServiceModel, b: VirtualServiceModel): number =>
  compareText(a.created, b.created) || compareText(nameFirst(a.key), nameFirst(b.key))

const nameFirst = (key: string): string => key.split('/').reverse().join('.')

function mostSpecific(models: readonly VirtualServiceModel[], host: HostName): VirtualServiceModel | undefined {
  const covering = models.flatMap((model) => model.hosts.filter((pattern) => isWildcard(pattern) && hostCovers(pattern, host)).map((pattern) => ({ model, pattern })))
  return covering.sort((a, b) => compareHosts(a.pattern, b.pattern))[0]?.model
}

/** A rule that delegates becomes the delegate's rules; to nothing if the delegate is missing, has hosts, or is not visible here. */
function resolveDelegate(rule: HttpRule, root: VirtualServiceModel, models: Collection<VirtualServiceModel>): readonly HttpRule[] {
  const delegate = rule.rule.delegate
  if (!delegate) return [rule]
  const namespace = delegate.namespace === undefined || delegate.namespace === '' ? root.namespace : delegate.namespace
  const leaf = models.get(`${namespace}/${delegate.name ?? ''}`)
  if (!leaf || leaf.hosts.length > 0 || !isVisibleTo(leaf.visibility, root.namespace)) return []
  return mergeDelegate(rule, leaf.http.filter((one) => !one.rule.delegate))
}

const sourceLabelsOf = (model: VirtualServiceModel): readonly string[] => [
  ...model.http.flatMap(({ rule }) => (rule.match ?? []).flatMap((match) => Object.keys(match.sourceLabels ?? {}))),
  ...model.tls.flatMap((rule) => rule.match.flatMap((match) => Object.keys(match.sourceLabels ?? {}))),
  ...model.tcp.flatMap((rule) => (rule.match ?? []).flatMap((match) => Object.keys(match.sourceLabels ?? {}))),
]
