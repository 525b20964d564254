/** `/config_dump`: everything that was accepted, in Envoy's form. Private keys never leave. */
import { toJson, any, type MessageName, type Messages } from '@istio-ts/api-types/envoy'
import type { Accepted, RuntimeConfig, Warmable } from '../config/runtime-config.ts'
import type { Secret } from '../config/wire.ts'
import { toProtoNames } from './snake-case.ts'

/** The sections, in Envoy's order. */
const SECTIONS = ['bootstrap', 'clusters', 'endpoints', 'listeners', 'scoped_routes', 'routes', 'ecds', 'secrets'] as const

/** What is asked for. */
export interface DumpQuery {
  /** A field of one section (`dynamic_active_clusters`); its entries are returned alone. */
  readonly resource?: string
  /** Regular expression over the name; matched as a plain substring, or RE2 by the caller. */
  readonly nameMatches?: (name: string) => boolean
  readonly includeEds: boolean
}

/** Builds the dump; `node` goes into the bootstrap section. */
export function configDump(config: RuntimeConfig, node: Messages['envoy.config.core.v3.Node'], query: DumpQuery): unknown {
  const sections = SECTIONS.flatMap((name) => (name === 'endpoints' && !query.includeEds && query.resource !== 'dynamic_endpoint_configs' ? [] : [section(name, config, node, query)]))
  if (query.resource === undefined) return { configs: sections }
  const field = query.resource
  for (const entry of sections) {
    const list = Object.hasOwn(entry, field) ? entry[field] : undefined
    if (Array.isArray(list)) {
      const type = DUMP_TYPES[field]
      return { configs: list.map((item: unknown) => (type === undefined || typeof item !== 'object' || item === null ? item : { '@type': type, ...item })) }
    }
  }
  return undefined
}

/** Types of the entries of list fields, so that a single one can stand in `configs`. */
const DUMP_TYPES: Readonly<Record<string, string>> = {
  dynamic_active_clusters: 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster',
  dynamic_warming_clusters: 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster',
  dynamic_listeners: 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener',
  dynamic_route_configs: 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump.DynamicRouteConfig',
  static_route_configs: 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump.StaticRouteConfig',
  dynamic_endpoint_configs: 'type.googleapis.com/envoy.admin.v3.EndpointsConfigDump.DynamicEndpointConfig',
  dynamic_active_secrets: 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump.DynamicSecret',
}

function section(name: (typeof SECTIONS)[number], config: RuntimeConfig, node: Messages['envoy.config.core.v3.Node'], query: DumpQuery): Record<string, unknown> {
  const wanted = (item: { readonly name: string }): boolean => query.nameMatches?.(item.name) ?? true
  const head = (type: string): Record<string, unknown> => ({ '@type': `type.googleapis.com/envoy.admin.v3.${type}` })
  switch (name) {
    case 'bootstrap': return { ...head('BootstrapConfigDump'), bootstrap: { node: toProtoNames(toJson('envoy.config.core.v3.Node', node)) } }
    case 'clusters': return {
      ...head('ClustersConfigDump'),
      version_info: latestVersion(config.clusters),
      dynamic_active_clusters: actives(config.clusters).filter(wanted).map((cluster) => ({ ...stamp(cluster), cluster: resource('envoy.config.cluster.v3.Cluster', cluster.wire) })),
      dynamic_warming_clusters: warmings(config.clusters).filter(wanted).map((cluster) => ({ ...stamp(cluster), cluster: resource('envoy.config.cluster.v3.Cluster', cluster.wire) })),
    }
    case 'endpoints': return {
      ...head('EndpointsConfigDump'),
      dynamic_endpoint_configs: [...config.endpoints.values()].filter(wanted).map((entry) => ({ ...stamp(entry), endpoint_config: resource('envoy.config.endpoint.v3.ClusterLoadAssignment', entry.wire) })),
    }
    case 'listeners': return {
      ...head('ListenersConfigDump'),
      version_info: latestVersion(config.listeners),
      dynamic_listeners: [...config.listeners].filter(([listener]) => wanted({ name: listener })).map(([listener, { active, warming }]) => ({
        name: listener,
        ...(active ? { active_state: { ...stamp(active), listener: resource('envoy.config.listener.v3.Listener', active.wire) } } : {}),
        ...(warming ? { warming_state: { ...stamp(warming), listener: resource('envoy.config.listener.v3.Listener', warming.wire) } } : {}),
      })),
    }
    case 'scoped_routes': return head('ScopedRoutesConfigDump')
    case 'routes': return {
      ...head('RoutesConfigDump'),
      dynamic_route_configs: [...config.routes.values()].filter(wanted).map((entry) => ({ ...stamp(entry), route_config: resource('envoy.config.route.v3.RouteConfiguration', entry.wire) })),
    }
    case 'ecds': return {
      ...head('EcdsConfigDump'),
      ecds_filters: [...config.extensions.values()].filter(wanted).map((entry) => ({ ...stamp(entry), ecds_filter: toProtoNames(toJson('google.protobuf.Any', entry.wire)) })),
    }
    case 'secrets': return {
      ...head('SecretsConfigDump'),
      dynamic_active_secrets: [...config.secrets.values()].filter(wanted).map((entry) => ({ name: entry.name, ...stamp(entry), secret: resource('envoy.extensions.transport_sockets.tls.v3.Secret', redacted(entry.wire)) })),
    }
  }
}

const resource = <N extends MessageName>(name: N, wire: Messages[N]): unknown => toProtoNames(toJson('google.protobuf.Any', any(name, wire)))

const stamp = (entry: { readonly version: string; readonly updatedMs: number }): Record<string, unknown> => ({ version_info: entry.version, last_updated: new Date(entry.updatedMs).toISOString() })

const actives = <W, C>(entries: ReadonlyMap<string, Warmable<W, C>>): readonly Accepted<W, C>[] => [...entries.values()].flatMap((entry) => entry.active ?? [])
const warmings = <W, C>(entries: ReadonlyMap<string, Warmable<W, C>>): readonly Accepted<W, C>[] => [...entries.values()].flatMap((entry) => entry.warming ?? [])

function latestVersion(entries: ReadonlyMap<string, Warmable<unknown, unknown>>): string {
  let latest: Accepted<unknown, unknown> | undefined
  for (const { active } of entries.values()) if (active && (!latest || active.updatedMs > latest.updatedMs)) latest = active
  return latest?.version ?? ''
}

const REDACTED = new TextEncoder().encode('[redacted]')

/** The key becomes Envoy's own word for it. */
function redacted(secret: Secret): Secret {
  const certificate = secret.tlsCertificate
  if (!certificate) return secret
  return { ...secret, tlsCertificate: { ...certificate, privateKey: { inlineBytes: REDACTED } } }
}
