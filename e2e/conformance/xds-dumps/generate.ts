/** What our control plane sends to a proxy of a case, in the form of the corpus. */
import { toJson } from '@istio-ts/api-types/envoy'
import { catalog, Secret, type Kind, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import { createGraph, type Source } from '@istio-ts/collections'
import type { ClusterId } from '@istio-ts/foundation'
import { meshModel, type ClusterInputs, type MeshInputs, type MeshModel, type ProxyIdentity } from '@istio-ts/mesh-model'
import { RESOURCE_TYPES, translate, translationMemo, type Message, type ResourceType } from '@istio-ts/xds-translator'
import type { Json } from '../json.ts'
import type { CaseProxy, XdsCase } from './read-case.ts'

/** The model of a case. */
export function modelOf(xds: XdsCase): MeshModel {
  const graph = createGraph({ onError: (error) => { throw error } })
  const clusters = new Map<ClusterId, ClusterInputs>([...xds.resources].map(([cluster, resources]) => {
    const sources = new Map<Kind, Source<Resource>>(catalog.map((kind) => [kind, graph.source<Resource>(`input/${cluster}/${kind.group}/${kind.kind}`)]))
    graph.update(() => {
      for (const resource of resources) {
        const kind = catalog.find((candidate) => candidate.kind === resource.kind && resource.apiVersion.startsWith(candidate.group))
        const { namespace, name } = resource.metadata
        if (kind !== undefined) sources.get(kind)?.set(kind.scope === 'Namespaced' ? `${namespace}/${name}` : name, resource)
      }
    })
    // The collection of a kind holds resources of that kind only: its schema made them.
    return [cluster, { get: (kind) => sources.get(kind as Kind) as never }] as const
  }))
  const inputs: MeshInputs = {
    clusters,
    mesh: graph.value('input/mesh', xds.mesh),
    networks: graph.value('input/networks', xds.networks),
    loopback: graph.source<LoopbackPlan>('input/loopback'),
  }
  return meshModel(graph, inputs)
}

const LISTS: readonly (readonly [string, ResourceType])[] = [
  ['clusters', RESOURCE_TYPES.cluster], ['endpoints', RESOURCE_TYPES.endpoint], ['listeners', RESOURCE_TYPES.listener], ['routes', RESOURCE_TYPES.route],
]

/** The dump of one proxy: all listeners and clusters, the routes that listeners name, the endpoints that clusters name, the secrets that both name. */
export function dump(model: MeshModel, { identity, grpcListeners }: CaseProxy, xds: XdsCase): Readonly<Record<string, Json>> {
  const { view } = model.view(identity)
  const { bundles } = translate(view, translationMemo())
  const all = Object.fromEntries(LISTS.map(([list, type]) => [list, bundles
    .filter((bundle) => bundle.typeUrl === `type.googleapis.com/${type}`)
    .flatMap((bundle) => bundle.resources.map((resource) => json(type, resource.message)))]))
  if (grpcListeners !== undefined) follow(all, grpcListeners)
  const text = JSON.stringify([all['listeners'], all['clusters']])
  const routes = new Set([...text.matchAll(/"routeConfigName":("(?:[^"\\]|\\.)*")/g)].map((match) => JSON.parse(match[1] ?? '""') as string))
  const assignments = new Set((all['clusters'] ?? []).flatMap((cluster) => {
    const eds = (cluster as { readonly edsClusterConfig?: { readonly serviceName?: string }; readonly name?: string })
    return eds.edsClusterConfig === undefined ? [] : [eds.edsClusterConfig.serviceName ?? eds.name ?? '']
  }))
  const secrets = secretsOf(text, identity, xds)
  const lists: Readonly<Record<string, Json>> = {
    clusters: all['clusters'] ?? [],
    endpoints: (all['endpoints'] ?? []).filter((one) => assignments.has(nameOf(one, 'clusterName'))),
    listeners: all['listeners'] ?? [],
    routes: (all['routes'] ?? []).filter((one) => routes.has(nameOf(one, 'name'))),
  }
  return secrets.length === 0 ? lists : { ...lists, secrets }
}

/** A proxyless client asks for its listeners by name, and for the clusters that their routes name. */
function follow(all: Record<string, readonly Json[]>, listeners: readonly string[]): void {
  all['listeners'] = (all['listeners'] ?? []).filter((one) => listeners.includes(nameOf(one, 'name')))
  const tables = JSON.stringify(all['listeners'])
  const routes = JSON.stringify((all['routes'] ?? []).filter((one) => tables.includes(`"routeConfigName":${JSON.stringify(nameOf(one, 'name'))}`)))
  all['clusters'] = (all['clusters'] ?? []).filter((one) => isRouted(routes, nameOf(one, 'name')))
}

const isRouted = (routes: string, cluster: string): boolean => routes.includes(`"cluster":"${cluster}"`) || routes.includes(`{"name":"${cluster}","weight"`)

/** Messages compare as decoded from the bytes that would be sent. */
const json = (type: ResourceType, message: Message): Json => toJson(type, message) as Json

const nameOf = (value: Json, field: string): string => String((value as Readonly<Record<string, Json>>)[field])

/** Names with a scheme are served by istiod from Secrets: found if the Secret of that name is there with the wanted part. */
function secretsOf(text: string, identity: ProxyIdentity, xds: XdsCase): readonly Json[] {
  const names = [...new Set([...text.matchAll(/"name":"((?:kubernetes|kubernetes-gateway|configmap|sds|builtin|invalid):\/\/[^"]*)"/g)].map((match) => match[1] ?? ''))].sort()
  return names.map((name) => {
    const path = name.replace(/^[a-z-]+:\/\//, '').replace(/-cacert$/, '')
    const [namespace, secret] = path.includes('/') ? path.split('/') : [identity.namespace, path]
    const found = [...xds.resources.values()].flat().filter((resource) => resource.kind === Secret.kind && resource.metadata.namespace === namespace)
    const named = (wanted: string) => found.find((resource) => resource.metadata.name === wanted)
    const ca = name.endsWith('-cacert')
    const holder = ca ? (named(`${secret}-cacert`) ?? named(secret ?? '')) : named(secret ?? '')
    return holder === undefined ? { found: false, name } : { found: true, name, type: ca ? 'validationContext' : 'tlsCertificate' }
  })
}
