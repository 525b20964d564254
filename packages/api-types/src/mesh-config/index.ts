/** The settings of the whole mesh: MeshConfig, its ProxyConfig and MeshNetworks, with Istio's defaults and merge rules. */
export { defaultMeshConfig, meshConfigMessage, type MeshConfig, type MeshConfigOverlay } from './mesh-config.ts'
export { defaultProxyConfig, proxyConfigMessage, type MeshProxyConfig, type MeshProxyConfigOverlay } from './proxy-config.ts'
export { defaultMeshNetworks, meshNetworksMessage, type MeshNetwork, type MeshNetworks } from './mesh-networks.ts'
export { applyMeshConfig, applyProxyConfig } from './merge.ts'
export type { ExtensionProvider } from './extension-provider.ts'
export { readMeshConfig, readMeshNetworks, readProxyConfigAnnotation, type MeshSettings } from './read.ts'
