/** One source collection per kind of the catalogue: the store that watches fill and the model reads. */
import { catalog, kindKey, parseApiVersion, refOf, type Kind, type Resource } from '@istio-ts/api-types'
import { equalApartFrom, type Collection, type Graph, type Source } from '@istio-ts/collections'
import { resourceKey, type ClusterId, type ResourceKey } from '@istio-ts/foundation'
import type { ClusterInputs } from '@istio-ts/mesh-model'

/** The resources of one cluster. */
export interface KindSources extends ClusterInputs {
  /** Makes the store hold exactly these; one transaction, unchanged resources cost nothing. */
  replaceAll(resources: Iterable<Resource>): void
  /** Every resource, in no particular order. */
  all(): Iterable<Resource>
  find(key: ResourceKey): Resource | undefined
  /** Kinds (`group/kind`) of which there are resources and nobody reads any: nobody needs a list of the kinds that the mesh acts on. */
  unread(): readonly string[]
}

/** A file position that moved is no change. */
const sameResource = equalApartFrom('source')

/** Makes the empty collections of all kinds. */
export function kindSources(graph: Graph, cluster: ClusterId): KindSources {
  const sources = new Map<string, Source<Resource>>(catalog.map((kind) => [kindKey(kind), graph.source<Resource>(`${cluster} ${kindKey(kind)}`, { equal: sameResource })]))
  const current = new Map<ResourceKey, Resource>()
  const read = new Set<string>()
  /** Most resources are the same objects after a change of a file; their keys need not be written anew. */
  const keys = new WeakMap<Resource, ResourceKey>()
  const keyed = (resource: Resource): readonly [ResourceKey, Resource] => {
    const key = keys.get(resource) ?? resourceKey(refOf(resource))
    keys.set(resource, key)
    return [key, resource]
  }
  const sourceOf = (resource: Resource): Source<Resource> | undefined => sources.get(`${parseApiVersion(resource.apiVersion).group}/${resource.kind}`)
  return {
    get<Spec, Status>(kind: Kind<Spec, Status>): Collection<Resource<Spec, Status>> {
      const source = sources.get(kindKey(kind))
      read.add(kindKey(kind))
      if (!source) throw new TypeError(`${kind.kind} is not in the catalogue`)
      // The catalogue's schema made every resource of this collection, so it has the kind's type.
      return source as unknown as Collection<Resource<Spec, Status>>
    },
    replaceAll(resources) {
      const next = new Map([...resources].map(keyed))
      graph.update(() => {
        for (const [key, resource] of current) {
          if (next.has(key)) continue
          sourceOf(resource)?.delete(keyOf(resource))
          current.delete(key)
        }
        for (const [key, resource] of next) {
          if (current.get(key) === resource) continue
          sourceOf(resource)?.set(keyOf(resource), resource)
          current.set(key, resource)
        }
      })
    },
    all: () => current.values(),
    find: (key) => current.get(key),
    unread: () => [...sources].flatMap(([kind, source]) => (read.has(kind) || source.size === 0 ? [] : [kind])),
  }
}

/** `namespace/name`, or `name` for cluster-scoped kinds. */
const keyOf = ({ metadata }: Resource): string => (metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`)
