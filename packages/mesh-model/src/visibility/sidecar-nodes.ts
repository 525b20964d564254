/** Wiring: Sidecar resources by namespace, and the scope of one. */
import { Sidecar } from '@istio-ts/api-types'
import type { Graph, Lookup, Singleton } from '@istio-ts/collections'
import type { Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'
import { chooseSidecar, sidecarScope, type SidecarResource, type SidecarScope } from './sidecar-scope.ts'

/** Where Sidecars are found. */
export interface SidecarNodes {
  choose(namespace: string, labels: Labels): SidecarResource | undefined
  /** The scope of a Sidecar (`namespace/name`, `''` = none) for workloads of a namespace. */
  scope(sidecar: string, workloadNamespace: string): SidecarScope | undefined
}

/** Makes the nodes. */
export function sidecarNodes(graph: Graph, sets: ResourceSets, rootNamespace: Singleton<string>): SidecarNodes {
  const byNamespace = graph.indexBy('sidecars by namespace', sets.config(Sidecar), (one) => [one.metadata.namespace])
  const scopes: Lookup<SidecarScope | undefined> = graph.lookup<SidecarScope | undefined>('sidecar scopes', (key) => {
    const [namespace = '', name = '', workloads = ''] = key.split('/')
    const resource = byNamespace.lookup(namespace).find((one) => one.metadata.name === name)
    return resource && sidecarScope(resource, workloads)
  })
  return {
    choose: (namespace, labels) => chooseSidecar(namespace, labels, { ofNamespace: (one) => byNamespace.lookup(one), rootNamespace: rootNamespace.get() }),
    scope: (sidecar, namespace) => (sidecar === '' ? undefined : scopes.get(`${sidecar}/${namespace}`)),
  }
}
