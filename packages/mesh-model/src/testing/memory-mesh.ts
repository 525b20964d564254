/** A mesh in memory: resources in, a graph and the inputs of the model out. For tests of this package and of those above it. */
import { applyMeshConfig, defaultMeshConfig, defaultMeshNetworks, kindKey, type Kind, type LoopbackPlan, type MeshConfig, type MeshConfigOverlay, type MeshNetworks, type Resource } from '@istio-ts/api-types'
import { createGraph, equalApartFrom, type Collection, type Graph, type SingletonSource, type Source } from '@istio-ts/collections'
import { DEFAULT_CLUSTER, type ClusterId } from '@istio-ts/foundation'
import type { ClusterInputs, MeshInputs } from '../inputs/mesh-inputs.ts'

/** What a mesh in memory starts with; everything may change later. */
export interface MemoryMeshOptions {
  readonly resources?: readonly Resource[]
  /** Laid over Istio's code defaults. */
  readonly mesh?: MeshConfigOverlay
  readonly networks?: MeshNetworks
  readonly loopback?: readonly LoopbackPlan[]
  /** Ids of the clusters; default: the one of a local mesh. */
  readonly clusters?: readonly ClusterId[]
  readonly graph?: Graph
}

/** A mesh in memory. */
export interface MemoryMesh {
  readonly graph: Graph
  readonly inputs: MeshInputs
  readonly mesh: SingletonSource<MeshConfig>
  readonly loopback: Source<LoopbackPlan>
  /** Adds or replaces resources, as one transaction. */
  apply(...resources: readonly Resource[]): void
  /** Removes the named resource, if it is there. */
  remove(resource: Pick<Resource, 'apiVersion' | 'kind' | 'metadata' | 'cluster'>): void
}

/** Makes a mesh in memory. */
export function memoryMesh(options: MemoryMeshOptions = {}): MemoryMesh {
  const graph = options.graph ?? createGraph()
  const sources = new Map<string, Source<Resource>>()
  const sourceOf = (cluster: ClusterId, kind: string): Source<Resource> => {
    const name = `${cluster}/${kind}`
    const source = sources.get(name) ?? graph.source<Resource>(`input ${name}`, { equal: equalApartFrom('source') })
    sources.set(name, source)
    return source
  }
  const clusters = new Map((options.clusters ?? [DEFAULT_CLUSTER]).map((id): [ClusterId, ClusterInputs] => [
    id,
    // A kind's collection holds only resources of that kind; the catalogue's schema has typed them.
    { get: <Spec, Status>(kind: Kind<Spec, Status>) => sourceOf(id, kindKey(kind)) as Collection<Resource> as Collection<Resource<Spec, Status>> },
  ]))
  const loopback = graph.source<LoopbackPlan>('loopback plans')
  const mesh = graph.value<MeshConfig>('mesh config', applyMeshConfig(defaultMeshConfig, options.mesh ?? {}))
  const place = (resource: Pick<Resource, 'apiVersion' | 'kind' | 'metadata' | 'cluster'>): [Source<Resource>, string] => {
    const { namespace, name } = resource.metadata
    const group = resource.apiVersion.includes('/') ? resource.apiVersion.slice(0, resource.apiVersion.indexOf('/')) : ''
    return [sourceOf(resource.cluster, `${group}/${resource.kind}`), namespace === '' ? name : `${namespace}/${name}`]
  }
  const apply = (...resources: readonly Resource[]): void => graph.update(() => {
    for (const resource of resources) {
      const [source, key] = place(resource)
      source.set(key, resource)
    }
  })
  graph.update(() => {
    apply(...(options.resources ?? []))
    for (const plan of options.loopback ?? []) loopback.set(plan.key, plan)
  })
  return {
    graph, mesh, loopback, apply,
    inputs: { clusters, mesh, networks: graph.value('mesh networks', options.networks ?? defaultMeshNetworks), loopback },
    remove: (resource) => {
      const [source, key] = place(resource)
      source.delete(key)
    },
  }
}

