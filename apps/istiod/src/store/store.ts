/** Everything istiod knows from outside, as collections of one graph, kept up to date from a folder of YAML. */
import { parseObject } from '@istio-ts/api-types/yaml'
import { defaultMeshConfig, type LoopbackPlan, type Resource } from '@istio-ts/api-types'
import { createGraph, type Graph } from '@istio-ts/collections'
import { DEFAULT_CLUSTER, type Clock, type Diagnostic } from '@istio-ts/foundation'
import { fileSource, type FileSource } from '@istio-ts/kube/node'
import { deriveLocalMesh, selectLocalMesh } from '@istio-ts/local'
import type { MeshInputs } from '@istio-ts/mesh-model'
import type { Telemetry } from '@istio-ts/telemetry'
import { storeFailed } from '../diagnostics.ts'
import { gatewayPods } from './gateway-pods.ts'
import { unusedKinds } from './unused-kinds.ts'
import { kindSources, type KindSources } from './kind-sources.ts'
import { watchLocalFiles, type LocalFiles } from './local-files.ts'
import { localMeshConfig, meshSettings } from './mesh-settings.ts'

/** Where the store reads. */
export interface StoreOptions {
  readonly configDir: string
  readonly stateDir: string
  readonly local: boolean
  readonly trustDomain?: string
}

/** The running store. */
export interface Store {
  readonly graph: Graph
  readonly inputs: MeshInputs
  readonly resources: KindSources
  /** Findings of loading and of the local mesh. */
  diagnostics(): readonly Diagnostic[]
  /** Resolves when the folder has been read once. @throws MeshError MESH0210 */
  start(): Promise<void>
  stop(): Promise<void>
}

/** What the store needs. */
export interface StoreDeps {
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Called after each change, resources or findings. */
  readonly onSettled?: () => void
}

/** Makes a store. */
export function openStore(deps: StoreDeps, options: StoreOptions): Store {
  const { log } = deps.telemetry
  const graph = createGraph({ onError: (error) => log.error('graph: a derivation failed, the last good value stays', { error }) })
  const resources = kindSources(graph, DEFAULT_CLUSTER)
  const loopback = graph.source<LoopbackPlan>('store: loopback plans')
  const settings = meshSettings(graph, resources, options.local ? localMeshConfig() : defaultMeshConfig, options.trustDomain)
  const inputs: MeshInputs = { clusters: new Map([[DEFAULT_CLUSTER, resources]]), mesh: settings.mesh, networks: settings.networks, loopback }
  let files: readonly Resource[] = []
  let loaded: readonly Diagnostic[] = []
  let derived: readonly Diagnostic[] = []
  let local: LocalFiles = { ledger: {}, ready: new Set() }
  let watching: { stop(): void } | undefined
  let lastMesh: Resource | undefined

  /** A LocalMesh that left the folder while the mesh runs stays in force, as the supervisor holds it too. */
  const withLocalMesh = (): readonly Resource[] => {
    const { mesh } = selectLocalMesh(files)
    lastMesh = mesh ?? lastMesh
    return mesh || !lastMesh ? files : [...files, lastMesh]
  }

  const takeAll = (): void => {
    const all = options.local ? withLocalMesh() : files
    const mesh = options.local ? deriveLocalMesh(all, local.ledger, local.ready) : { resources: [], plans: [], diagnostics: [] }
    const gateways = options.local ? selectLocalMesh(all).mesh : undefined
    derived = mesh.diagnostics
    graph.update(() => {
      resources.replaceAll([...(gateways ? gatewayPods(gateways) : []), ...files, ...mesh.resources])
      loopback.replace(mesh.plans.map((plan) => [plan.key, plan] as const))
    })
  }

  /** A fault of ours must not end the watch: what was in force stays, and the next change is another chance. */
  const settle = (): void => {
    try {
      takeAll()
    } catch (error) {
      log.error('config: a change could not be taken, what was in force stays', { error })
      derived = [storeFailed(error)]
    }
    deps.onSettled?.()
  }
  const source: FileSource = fileSource(deps, { folder: options.configDir, cluster: DEFAULT_CLUSTER, parse: parseObject }, {
    onChange(change, state) {
      files = [...state.resources.values()]
      loaded = state.diagnostics
      log.info('config: the folder changed', { set: change.set.length, removed: change.removed.length, findings: loaded.length })
      settle()
    },
  })
  return {
    graph,
    inputs,
    resources,
    diagnostics: () => [...loaded, ...settings.diagnostics.get(), ...derived, ...unusedKinds(files, resources)],
    async start() {
      if (options.local) {
        watching = watchLocalFiles(deps, options.stateDir, (now) => {
          local = now
          settle()
        })
      }
      await source.start()
      await source.ready()
      settle()
    },
    async stop() {
      watching?.stop()
      await source.stop()
    },
  }
}
