/** Everything istiod knows from outside, as collections of one graph, kept up to date from a folder of YAML. */
import { parseObject } from '@istio-ts/api-types/yaml'
import type { Resource } from '@istio-ts/api-types'
import { createGraph, type Graph } from '@istio-ts/collections'
import { DEFAULT_CLUSTER, type Clock, type Diagnostic } from '@istio-ts/foundation'
import { fileSource } from '@istio-ts/kube/node'
import type { MeshInputs } from '@istio-ts/mesh-model'
import type { Telemetry } from '@istio-ts/telemetry'
import { storeFailed } from '../diagnostics.ts'
import type { KindSources } from './kind-sources.ts'
import { watchLocalFiles } from './local-files.ts'
import { resourceStore, type LocalFacts } from './resource-store.ts'

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
  const store = resourceStore(graph, options)
  let files: readonly Resource[] = []
  let loaded: readonly Diagnostic[] = []
  let failed: readonly Diagnostic[] = []
  let local: LocalFacts = { ledger: {}, ready: new Set() }
  let watching: { stop(): void } | undefined

  /** A fault of ours must not end the watch: what was in force stays, and the next change is another chance. */
  const settle = (): void => {
    try {
      store.take(files, local)
      failed = []
    } catch (error) {
      log.error('config: a change could not be taken, what was in force stays', { error })
      failed = [storeFailed(error)]
    }
    deps.onSettled?.()
  }
  const source = fileSource(deps, { folder: options.configDir, cluster: DEFAULT_CLUSTER, parse: parseObject }, {
    onChange(change, state) {
      files = [...state.resources.values()]
      loaded = state.diagnostics
      log.info('config: the folder changed', { set: change.set.length, removed: change.removed.length, findings: loaded.length })
      settle()
    },
  })
  return {
    graph,
    inputs: store.inputs,
    resources: store.resources,
    diagnostics: () => [...loaded, ...failed, ...store.diagnostics()],
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
