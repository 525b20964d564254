/** Resources of a folder, and what a local mesh makes of them, as the collections that the model reads. No IO: `store.ts` feeds it. */
import { defaultMeshConfig, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import type { Graph } from '@istio-ts/collections'
import { DEFAULT_CLUSTER, type Diagnostic } from '@istio-ts/foundation'
import { deriveLocalMesh, selectLocalMesh, type PortLedger, type ReadyProcesses } from '@istio-ts/local'
import type { MeshInputs } from '@istio-ts/mesh-model'
import { kindSources, type KindSources } from './kind-sources.ts'
import { localMeshConfig, meshSettings } from './mesh-settings.ts'
import { unusedKinds } from './unused-kinds.ts'

/** What the supervisor of a local mesh tells. */
export interface LocalFacts {
  readonly ledger: PortLedger
  readonly ready: ReadyProcesses
}

/** The store. */
export interface ResourceStore {
  readonly inputs: MeshInputs
  readonly resources: KindSources
  /** Makes these the resources in force, in one transaction. `local` counts only where the store is one of a local mesh. */
  take(files: readonly Resource[], local: LocalFacts): void
  /** Findings about settings, the local mesh, and kinds that nobody reads. */
  diagnostics(): readonly Diagnostic[]
}

const NOTHING_LOCAL = { resources: [], plans: [], diagnostics: [] }

/** Makes an empty store in the graph. */
export function resourceStore(graph: Graph, options: { readonly local: boolean; readonly trustDomain?: string }): ResourceStore {
  const resources = kindSources(graph, DEFAULT_CLUSTER)
  const loopback = graph.source<LoopbackPlan>('store: loopback plans')
  const settings = meshSettings(graph, resources, options.local ? localMeshConfig() : defaultMeshConfig, options.trustDomain)
  let taken: readonly Resource[] = []
  let derived: readonly Diagnostic[] = []
  let lastMesh: Resource | undefined

  /** A LocalMesh that left the folder while the mesh runs stays in force, as the supervisor holds it too. */
  const withLocalMesh = (files: readonly Resource[]): readonly Resource[] => {
    const { mesh } = selectLocalMesh(files, lastMesh?.metadata.name)
    lastMesh = mesh ?? lastMesh
    return mesh || !lastMesh ? files : [...files, lastMesh]
  }

  return {
    inputs: { clusters: new Map([[DEFAULT_CLUSTER, resources]]), mesh: settings.mesh, networks: settings.networks, loopback },
    resources,
    take(files, local) {
      const all = options.local ? withLocalMesh(files) : files
      const derivation = options.local ? deriveLocalMesh(all, local.ledger, local.ready, lastMesh?.metadata.name) : NOTHING_LOCAL
      taken = files
      derived = derivation.diagnostics
      graph.update(() => {
        resources.replaceAll([...files, ...derivation.resources])
        loopback.replace(derivation.plans.map((plan) => [plan.key, plan] as const))
      })
    },
    diagnostics: () => [...settings.diagnostics.get(), ...derived, ...unusedKinds(taken, resources.unread())],
  }
}
