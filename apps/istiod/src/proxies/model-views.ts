/** The mesh model behind {@link ViewSource}. */
import type { Graph } from '@istio-ts/collections'
import { meshModel, type MeshInputs } from '@istio-ts/mesh-model'
import type { ViewSource } from './view-source.ts'

/** Builds the model in the graph of its inputs. */
export function modelViews(graph: Graph, inputs: MeshInputs): ViewSource {
  const model = meshModel(graph, inputs)
  return {
    watch(identity, onChange) {
      let now = model.view(identity).view
      const stop = model.subscribe(identity, ({ view }) => {
        now = view
        onChange()
      })
      return { current: () => now, stop }
    },
    diagnostics: () => model.diagnostics.values(),
  }
}
