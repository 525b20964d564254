/** `/debug/config_dump?proxyID=`: what a proxy should have, in the JSON form of Envoy's `/config_dump`. */
import { decode, hasMessage, messageNameOf, toJson } from '@istio-ts/api-types/envoy'
import { CLUSTER_TYPE, ENDPOINT_TYPE, EXTENSION_CONFIG_TYPE, LISTENER_TYPE, resourcesOf, ROUTE_TYPE, SECRET_TYPE, type Snapshot, type SnapshotResource } from '@istio-ts/xds-protocol'

/** How Envoy's dump calls the parts of a type. */
interface DumpShape {
  readonly dump: string
  readonly list: string
  readonly wrap: (resource: SnapshotResource, message: unknown) => unknown
}

const shapes: ReadonlyMap<string, DumpShape> = new Map([
  [CLUSTER_TYPE, { dump: 'ClustersConfigDump', list: 'dynamicActiveClusters', wrap: ({ version }, cluster) => ({ versionInfo: version, cluster }) }],
  [LISTENER_TYPE, { dump: 'ListenersConfigDump', list: 'dynamicListeners', wrap: ({ name, version }, listener) => ({ name, activeState: { versionInfo: version, listener } }) }],
  [ROUTE_TYPE, { dump: 'RoutesConfigDump', list: 'dynamicRouteConfigs', wrap: ({ version }, routeConfig) => ({ versionInfo: version, routeConfig }) }],
  [ENDPOINT_TYPE, { dump: 'EndpointsConfigDump', list: 'dynamicEndpointConfigs', wrap: ({ version }, endpointConfig) => ({ versionInfo: version, endpointConfig }) }],
  [SECRET_TYPE, { dump: 'SecretsConfigDump', list: 'dynamicActiveSecrets', wrap: ({ name, version }) => ({ name, versionInfo: version, secret: { name } }) }],
  [EXTENSION_CONFIG_TYPE, { dump: 'EcdsConfigDump', list: 'ecdsFilters', wrap: ({ version }, ecdsFilter) => ({ versionInfo: version, ecdsFilter }) }],
])

/** The dump of a snapshot. Secrets appear by name alone. */
export function configDump(snapshot: Snapshot): unknown {
  const configs = [...shapes].flatMap(([typeUrl, { dump, list, wrap }]) => {
    const slice = snapshot.types.get(typeUrl)
    if (!slice) return []
    return [{ '@type': `type.googleapis.com/envoy.admin.v3.${dump}`, [list]: [...resourcesOf(slice)].map((resource) => wrap(resource, typeUrl === SECRET_TYPE ? undefined : asJson(typeUrl, resource))) }]
  })
  return { configs }
}

/** A resource as an Any in JSON. */
function asJson(typeUrl: string, resource: SnapshotResource): unknown {
  const name = messageNameOf(typeUrl)
  if (name === undefined || !hasMessage(name)) return { '@type': typeUrl, value: Buffer.from(resource.bytes).toString('base64') }
  const body = toJson(name, decode(name, resource.bytes))
  return { '@type': typeUrl, ...(typeof body === 'object' && body !== null ? body : {}) }
}
