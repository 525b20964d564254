/** `tcp_proxy`: the terminal filter of opaque connections, with the codec filters that may stand before it. */
import type { Protocol, TcpAction } from '@istio-ts/mesh-model'
import { targetCluster } from '../../routes/route-target.ts'
import { duration } from '../../wire/duration.ts'
import { present, typed, type Message } from '../../wire/message.ts'
import { extension, type NamedExtension } from '../../wire/named-extension.ts'

const TYPE = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

/** What every TCP proxy of a listener shares. */
export interface TcpSettings {
  readonly accessLog: readonly Message[] | undefined
  /** Metadata IDLE_TIMEOUT of the proxy; the destination's own setting wins. */
  readonly idleTimeout: string | undefined
}

/** To one named cluster. */
export const tcpProxyTo = (cluster: string, settings: TcpSettings): NamedExtension =>
  extension('envoy.filters.network.tcp_proxy', typed(TYPE, present({ statPrefix: cluster, cluster, accessLog: settings.accessLog, idleTimeout: settings.idleTimeout })))

/** To the destinations of an action; several are weighted, and the rule that says so names the statistics. */
export function tcpProxy(action: TcpAction, settings: TcpSettings): NamedExtension {
  const [only, ...others] = action.destinations
  const single = others.length === 0 && only !== undefined ? targetCluster(only.target) : undefined
  return extension('envoy.filters.network.tcp_proxy', typed(TYPE, present({
    statPrefix: single ?? `${action.owner?.name ?? ''}.${action.owner?.namespace ?? ''}`,
    ...(single === undefined
      ? { weightedClusters: { clusters: action.destinations.filter((destination) => destination.weight > 0).map(({ target, weight }) => ({ name: targetCluster(target), weight })) } }
      : { cluster: single }),
    accessLog: settings.accessLog,
    idleTimeout: action.idleTimeoutMs === undefined ? settings.idleTimeout : duration(action.idleTimeoutMs),
    maxDownstreamConnectionDuration: action.maxConnectionDurationMs === undefined ? undefined : duration(action.maxConnectionDurationMs),
    hashPolicy: action.hashOnSourceIp ? [{ sourceIp: {} }] : undefined,
    tunnelingConfig: action.tunnel && present({ hostname: action.tunnel.host, usePost: action.tunnel.usePost || undefined }),
  })))
}

/** A codec filter before (or, for Redis, instead of) the TCP proxy, by the port's protocol. */
export function withCodec(protocol: Protocol, name: string, proxy: NamedExtension): readonly NamedExtension[] {
  switch (protocol) {
    case 'mongo':
      return [extension('envoy.filters.network.mongo_proxy', typed('envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', { statPrefix: name })), proxy]
    case 'mysql':
      return [extension('envoy.filters.network.mysql_proxy', typed('envoy.extensions.filters.network.mysql_proxy.v3.MySQLProxy', { statPrefix: name })), proxy]
    case 'redis':
      return [extension('envoy.filters.network.redis_proxy', typed('envoy.extensions.filters.network.redis_proxy.v3.RedisProxy', {
        statPrefix: name, latencyInMicros: true, settings: { opTimeout: '5s' }, prefixRoutes: { catchAllRoute: { cluster: name } },
      }))]
    default:
      return [proxy]
  }
}
