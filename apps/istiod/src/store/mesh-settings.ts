/** MeshConfig and MeshNetworks from ConfigMap `istio` in the root namespace; a broken one keeps the last good settings. */
import { applyMeshConfig, ConfigMap, defaultMeshConfig, readMeshConfig, readMeshNetworks, type MeshConfig, type MeshNetworks } from '@istio-ts/api-types'
import type { Graph, Singleton } from '@istio-ts/collections'
import type { Diagnostic } from '@istio-ts/foundation'
import type { ClusterInputs } from '@istio-ts/mesh-model'

/** The settings in force and what is wrong with the written ones. */
export interface MeshSettings {
  readonly mesh: Singleton<MeshConfig>
  readonly networks: Singleton<MeshNetworks>
  readonly diagnostics: Singleton<readonly Diagnostic[]>
}

/** What a local mesh lays over Istio's code defaults: metrics as Helm does, and an access log that `local logs` can show. */
export const localMeshConfig = (): MeshConfig => applyMeshConfig(defaultMeshConfig, { defaultProviders: { metrics: ['prometheus'] }, accessLogFile: '/dev/stdout' })

/** Istio's name of the ConfigMap. */
const CONFIG_MAP = 'istio-system/istio'

/** Derives the settings from a cluster's ConfigMap. */
export function meshSettings(graph: Graph, cluster: ClusterInputs, base: MeshConfig, trustDomain?: string): MeshSettings {
  const configMaps = cluster.get(ConfigMap)
  let [lastMesh, lastNetworks]: [MeshConfig, MeshNetworks] = [base, { networks: {} }]
  const read = graph.singleton('written mesh configuration', () => {
    const configMap = configMaps.get(CONFIG_MAP)
    const config = configMap ? readMeshConfig(configMap, base) : { value: base, diagnostics: [] }
    const networks = configMap ? readMeshNetworks(configMap) : { value: { networks: {} }, diagnostics: [] }
    lastMesh = config.value ?? lastMesh
    lastNetworks = networks.value ?? lastNetworks
    const mesh = trustDomain === undefined ? lastMesh : { ...lastMesh, trustDomain }
    return { mesh, networks: lastNetworks, diagnostics: [...config.diagnostics, ...networks.diagnostics] }
  })
  return {
    mesh: graph.singleton('written mesh config', () => read.get().mesh),
    networks: graph.singleton('written mesh networks', () => read.get().networks),
    diagnostics: graph.singleton('written mesh settings findings', () => read.get().diagnostics),
  }
}
