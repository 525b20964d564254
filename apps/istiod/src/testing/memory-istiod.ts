/** istiod without sockets, disk or time: files in, snapshots of proxies out, by the product's own loader, store, model and translator. */
import { parseObject } from '@istio-ts/api-types/yaml'
import { createGraph, type Graph } from '@istio-ts/collections'
import { DEFAULT_CLUSTER, manualClock, type Diagnostic } from '@istio-ts/foundation'
import { applyFiles, emptyFolder, type FileContent } from '@istio-ts/kube'
import { completeLedger, localCallables, portUses, selectLocalMesh, userPorts } from '@istio-ts/local'
import type { ProxyIdentity, ProxyView } from '@istio-ts/mesh-model'
import { silentTelemetry } from '@istio-ts/telemetry'
import { resourcesOf, type Snapshot } from '@istio-ts/xds-protocol'
import { modelViews } from '../proxies/model-views.ts'
import { viewTranslator } from '../proxies/view-translator.ts'
import { resourceStore } from '../store/resource-store.ts'

/** Files by name; undefined takes one away. */
export type FileEdits = Readonly<Record<string, string | undefined>>

/** The control plane in memory. */
export interface MemoryIstiod {
  readonly graph: Graph
  /** Takes edits, as one look at the folder would. */
  edit(files: FileEdits): void
  /** Connects a proxy; its snapshot is kept current from now on. */
  connect(identity: ProxyIdentity): { snapshot(): Snapshot; view(): ProxyView; stop(): void }
  /** Findings of loading, of the model, and of what the connected proxies have. */
  diagnostics(): readonly Diagnostic[]
  /** Sizes of everything that lives as long as istiod: what must come back when what was added is taken away. */
  sizes(): Readonly<Record<string, number>>
}

/** Makes one; `local`: the ports of a LocalMesh are chosen by their names alone, so that two runs choose alike. */
export function memoryIstiod(options: { readonly local?: boolean } = {}): MemoryIstiod {
  const graph = createGraph()
  const store = resourceStore(graph, { local: options.local ?? false })
  const views = modelViews(graph, store.inputs)
  const translator = viewTranslator({ telemetry: silentTelemetry(), clock: manualClock() })
  const uses = new Map<string, number>()
  let state = emptyFolder
  const retain = (key: string, by: number): void => {
    const count = (uses.get(key) ?? 0) + by
    if (count > 0) uses.set(key, count)
    else {
      uses.delete(key)
      translator.forget(key)
    }
  }
  return {
    graph,
    edit(files) {
      const contents = new Map(Object.entries(files).map(([file, text]): [string, FileContent] => [file, text === undefined ? { kind: 'missing' } : { kind: 'text', text }]))
      state = applyFiles(state, contents, { cluster: DEFAULT_CLUSTER, parse: parseObject }).state
      const resources = [...state.resources.values()]
      const { mesh } = selectLocalMesh(resources)
      const wanted = mesh ? [...portUses(mesh.spec, localCallables(resources, mesh))].sort() : []
      let next = 20_000
      store.take(resources, { ledger: mesh ? completeLedger({}, wanted, userPorts(mesh.spec), () => next++) : {}, ready: new Set(mesh?.spec.workloads.map((workload) => `${workload.namespace}/${workload.name}`)) })
    },
    connect(identity) {
      const watched = views.watch(identity, () => {})
      let key = watched.current().key
      retain(key, 1)
      const view = (): ProxyView => {
        const now = watched.current()
        if (now.key !== key) {
          retain(now.key, 1)
          retain(key, -1)
          key = now.key
        }
        return now
      }
      return {
        view,
        snapshot: () => translator.snapshotOf(view()).snapshot,
        stop() {
          watched.stop()
          retain(key, -1)
        },
      }
    },
    diagnostics: () => [...state.diagnostics, ...store.diagnostics(), ...views.diagnostics(), ...translator.diagnostics()],
    sizes: () => ({ ...graph.sizes(), 'files': state.files.size, 'views in use': uses.size }),
  }
}

/** A snapshot laid flat: `type name` to the bytes as text, sorted. */
export const flatSnapshot = (snapshot: Snapshot): Readonly<Record<string, string>> =>
  Object.fromEntries([...snapshot.types.values()].flatMap((slice) => [...resourcesOf(slice)].map((resource) => [`${slice.typeUrl} ${resource.name}`, Buffer.from(resource.bytes).toString('latin1')] as const)).sort(([a], [b]) => (a < b ? -1 : 1)))
