/** How a written mesh configuration is laid over the one below it. */
import type { ExtensionProvider } from './extension-provider.ts'
import type { MeshConfig, MeshConfigOverlay } from './mesh-config.ts'
import type { MeshProxyConfig, MeshProxyConfigOverlay } from './proxy-config.ts'

/**
 * Lays `overlay` over `base`. A field replaces the whole field below it, except: `defaultConfig` and `defaultProviders` are merged field by
 * field, `extensionProviders` by name, and `trustDomainAliases` is the sorted union. @see istio pkg/config/mesh, ApplyMeshConfig
 */
export function applyMeshConfig(base: MeshConfig, overlay: MeshConfigOverlay): MeshConfig {
  const { defaultConfig, defaultProviders, extensionProviders, trustDomainAliases, ...fields } = overlay
  return {
    ...base,
    ...fields,
    defaultConfig: defaultConfig ? applyProxyConfig(base.defaultConfig, defaultConfig) : base.defaultConfig,
    defaultProviders: { ...base.defaultProviders, ...defaultProviders },
    extensionProviders: mergeProviders(base.extensionProviders, extensionProviders ?? []),
    trustDomainAliases: [...new Set([...base.trustDomainAliases, ...(trustDomainAliases ?? [])])].sort(),
  }
}

/** Lays a ProxyConfig over another: a field replaces the field below it, except that `proxyMetadata` is merged by key. @see istio pkg/config/mesh, MergeProxyConfig */
export function applyProxyConfig(base: MeshProxyConfig, overlay: MeshProxyConfigOverlay): MeshProxyConfig {
  const metadata = { ...base.proxyMetadata, ...overlay.proxyMetadata }
  // One oneof: naming the cluster one way takes the other way back.
  const { serviceCluster, tracingServiceName, ...rest } = base
  const name = overlay.serviceCluster !== undefined || overlay.tracingServiceName !== undefined ? {} : { serviceCluster, tracingServiceName }
  return { ...rest, ...present(name), ...overlay, ...(Object.keys(metadata).length > 0 ? { proxyMetadata: metadata } : {}) }
}

const present = <T extends object>(object: T): { [Key in keyof T]?: NonNullable<T[Key]> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: NonNullable<T[Key]> }

/** A provider replaces the one of its name in place; new ones follow in their order. */
function mergeProviders(base: readonly ExtensionProvider[], overlay: readonly ExtensionProvider[]): readonly ExtensionProvider[] {
  const byName = new Map(base.map((provider) => [provider.name, provider]))
  for (const provider of overlay) byName.set(provider.name, provider)
  return [...byName.values()]
}
