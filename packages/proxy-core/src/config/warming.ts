/** Which resources may serve: one whose dependencies are missing warms, and the old one serves until it is ready. */
import type { CompiledListener } from '../listener/compiled-listener.ts'
import type { CompiledCluster } from '../upstream/compiled-cluster.ts'
import type { RuntimeConfig, Wanted, Warmable } from './runtime-config.ts'

/** Moves what is ready from warming to active. */
export function warm(config: RuntimeConfig): RuntimeConfig {
  return {
    ...config,
    clusters: promote(config.clusters, (cluster) => missingOfCluster(config, cluster).length === 0),
    listeners: promote(config.listeners, (listener) => missingOfListener(config, listener).length === 0),
  }
}

/** Dependencies (`kind/name`) a cluster waits for. */
export function missingOfCluster(config: RuntimeConfig, cluster: CompiledCluster): readonly string[] {
  const out: string[] = []
  if (cluster.kind === 'EDS' && !config.endpoints.has(cluster.edsName)) out.push(`endpoint/${cluster.edsName}`)
  for (const secret of cluster.secrets) if (!config.secrets.has(secret)) out.push(`secret/${secret}`)
  return out.filter((name) => !config.expired.has(name))
}

/** Dependencies (`kind/name`) a listener waits for. */
export function missingOfListener(config: RuntimeConfig, listener: CompiledListener): readonly string[] {
  const out: string[] = []
  for (const route of listener.rds) if (!config.routes.has(route)) out.push(`route/${route}`)
  for (const secret of listener.secrets) if (!config.secrets.has(secret)) out.push(`secret/${secret}`)
  for (const extension of listener.extensions) if (!config.extensions.has(extension)) out.push(`extension/${extension}`)
  return out.filter((name) => !config.expired.has(name))
}

/** Everything that is waited for, with what waits. */
export function warmingReport(config: RuntimeConfig): readonly { readonly resource: string; readonly missing: readonly string[] }[] {
  const clusters = [...config.clusters].flatMap(([name, entry]) => (entry.warming ? [{ resource: `cluster ${name}`, missing: missingOfCluster(config, entry.warming.compiled) }] : []))
  const listeners = [...config.listeners].flatMap(([name, entry]) => (entry.warming ? [{ resource: `listener ${name}`, missing: missingOfListener(config, entry.warming.compiled) }] : []))
  return [...clusters, ...listeners]
}

function promote<Wire, Compiled>(entries: ReadonlyMap<string, Warmable<Wire, Compiled>>, isReady: (compiled: Compiled) => boolean): ReadonlyMap<string, Warmable<Wire, Compiled>> {
  let out: Map<string, Warmable<Wire, Compiled>> | undefined
  for (const [name, entry] of entries) {
    if (!entry.warming || !isReady(entry.warming.compiled)) continue
    out ??= new Map(entries)
    out.set(name, { active: entry.warming, warming: undefined })
  }
  return out ?? entries
}

/** Names to ask for, by what active and warming resources refer to. */
export function wanted(config: RuntimeConfig): Wanted {
  const endpoint = new Set<string>()
  const route = new Set<string>()
  const secret = new Set<string>()
  const extension = new Set<string>()
  for (const entry of config.clusters.values()) {
    for (const cluster of [entry.active?.compiled, entry.warming?.compiled]) {
      if (!cluster) continue
      if (cluster.kind === 'EDS') endpoint.add(cluster.edsName)
      for (const name of cluster.secrets) secret.add(name)
    }
  }
  for (const entry of config.listeners.values()) {
    for (const listener of [entry.active?.compiled, entry.warming?.compiled]) {
      if (!listener) continue
      for (const name of listener.rds) route.add(name)
      for (const name of listener.secrets) secret.add(name)
      for (const name of listener.extensions) extension.add(name)
    }
  }
  return { endpoint, route, secret, extension }
}

/** Drops endpoints and route tables nobody refers to any longer: the control plane never says that they are gone. */
export function prune(config: RuntimeConfig): RuntimeConfig {
  const needs = wanted(config)
  return { ...config, endpoints: keep(config.endpoints, needs.endpoint), routes: keep(config.routes, needs.route) }
}

function keep<V>(map: ReadonlyMap<string, V>, names: ReadonlySet<string>): ReadonlyMap<string, V> {
  for (const name of map.keys()) if (!names.has(name)) return new Map([...map].filter(([key]) => names.has(key)))
  return map
}
