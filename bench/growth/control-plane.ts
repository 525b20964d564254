/** istiod's own way from a changed resource to bytes, in one process and without sockets: graph, views, translation, snapshots, delta sessions. */
import { memoryMesh, type MemoryMesh } from '@istio-ts/mesh-model/testing'
import { metricRegistry, silentLog, silentTracer, type Telemetry } from '@istio-ts/telemetry'
import { DEFAULT_CLUSTER, manualClock } from '@istio-ts/foundation'
import { xdsServer } from '@istio-ts/xds-protocol'
import { clientFeeds } from '../../apps/istiod/src/proxies/feeds.ts'
import { modelViews } from '../../apps/istiod/src/proxies/model-views.ts'
import { viewTranslator } from '../../apps/istiod/src/proxies/view-translator.ts'
import { connectClients, type Clients } from './client.ts'
import { proxiesOf, resourcesOf, type MeshSize } from './mesh.ts'

/** A running control plane with all its clients. */
export interface GrowingMesh {
  readonly memory: MemoryMesh
  readonly clients: Clients
  /** Translations so far, by purpose. */
  readonly made: ReadonlyMap<string, number>
}

/** Builds it, and serves every client its first configuration. */
export async function growingMesh(size: MeshSize): Promise<GrowingMesh> {
  const clock = manualClock()
  const telemetry: Telemetry = { log: silentLog(), meter: metricRegistry(), tracer: silentTracer() }
  const memory = memoryMesh({ resources: resourcesOf(size) })
  const cluster = memory.inputs.clusters.get(DEFAULT_CLUSTER)
  if (!cluster) throw new Error('the mesh has no cluster')
  const translator = viewTranslator({ telemetry, clock })
  const server = xdsServer({
    clock, telemetry,
    feeds: clientFeeds({
      views: modelViews(memory.graph, memory.inputs), translator, cluster, telemetry,
      authenticate: async () => ({ refused: 'nobody shows anything here' }),
      debug: () => undefined, onDiagnostics: () => undefined,
    }),
  })
  const clients = connectClients(server, proxiesOf(size))
  // Feeds open asynchronously; a turn of the event loop is enough for all of them.
  await new Promise<void>((resolve) => setImmediate(resolve))
  clients.settle()
  return { memory, clients, made: translator.made }
}
