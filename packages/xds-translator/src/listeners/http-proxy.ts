/** The HTTP proxy port of a workload: requests in absolute form, and in a local mesh CONNECT. */
import type { ConnectTarget, HttpProxyListener, RouteTable } from '@istio-ts/mesh-model'
import { HANDED_ON } from '../access-log/access-log.ts'
import { usesDynamicDns } from '../clusters/fixed-clusters.ts'
import { unknownHostDnsCache } from '../http-filters/dynamic-forward-proxy/index.ts'
import { UNCOUNTED } from '../http-filters/stats/index.ts'
import { DYNAMIC_DNS_CLUSTER } from '../names/cluster-name.ts'
import { listenerName, statPrefix } from '../names/listener-name.ts'
import type { Message } from '../wire/message.ts'
import { listenAddress } from './address.ts'
import { CONNECT_TIMEOUT } from './chains.ts'
import { httpConnectionManager } from './http-connection-manager.ts'
import { dynamicDns, outboundListenerSettings } from './outbound-listener.ts'
import type { ListenerScope } from './scope.ts'

/** The listener. */
export const httpProxyListener = (listener: HttpProxyListener, scope: ListenerScope): Message => ({
  name: listenerName(listener.bind, listener.port),
  address: listenAddress(listener.bind, listener.port),
  trafficDirection: 'OUTBOUND',
  filterChains: [{
    filters: [httpConnectionManager({
      place: 'outbound',
      statPrefix: statPrefix('outbound', listenerName(listener.bind, listener.port)),
      routes: { rds: listener.routeTable },
      protocol: 'http_proxy',
      absoluteUrls: true,
      connect: listener.acceptsConnect,
      dnsCaches: usesDynamicDns(scope.view) ? [unknownHostDnsCache(scope.view.proxy)] : dynamicDns(scope),
    }, scope)],
    ...CONNECT_TIMEOUT,
  }],
  ...outboundListenerSettings(true, false, scope),
})

/** Name of the cluster through which CONNECT reaches the outbound listener of (host, port). */
const connectCluster = (target: ConnectTarget): string => `connect|${target.port}||${target.names[0] ?? ''}`

/** Those clusters: each dials the outbound listener on loopback, as the workload itself would. */
export const connectClusters = (listener: HttpProxyListener | undefined): readonly Message[] =>
  (listener?.connect ?? []).map((target) => ({
    name: connectCluster(target),
    altStatName: `${connectCluster(target)};`,
    type: 'STATIC',
    connectTimeout: '10s',
    loadAssignment: {
      clusterName: connectCluster(target),
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: target.listen } } } }] }],
    },
  }))

const TUNNEL = [{ upgradeType: 'CONNECT', connectConfig: {} }]

/** CONNECT is a connection, not a request: no timeout, no retry. */
const tunnelRoute = (name: string, cluster: string): Message => ({ name, match: { connectMatcher: {} }, route: { cluster, timeout: '0s', upgradeConfigs: TUNNEL } })

/** A CONNECT handed to the outbound listener of (host, port), which counts and logs the calls inside: a call is one request and one line. */
const handOn = (target: ConnectTarget): Message => ({
  ...tunnelRoute('connect', connectCluster(target)),
  typedPerFilterConfig: UNCOUNTED,
  requestHeadersToAdd: [{ header: { key: HANDED_ON, value: 'true' }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
})

/** A CONNECT to a host that only DNS knows: nobody else sees it, so it is counted and logged here, whatever its client says. */
const passOn: Message = { ...tunnelRoute('allow_any_dynamic_dns', DYNAMIC_DNS_CLUSTER), requestHeadersToRemove: [HANDED_ON] }

/** The CONNECT route of a virtual host `<host>:<port>`; undefined when nothing listens for it. */
export function connectRoute(virtualHost: string, listener: HttpProxyListener): Message | undefined {
  const target = listener.connect.find(({ names, port }) => names.some((name) => `${name}:${port}` === virtualHost))
  return target && handOn(target)
}

/**
 * Virtual hosts for ports that have no routes of their own (TCP services). A request in absolute form is handed on like a
 * connection: the outbound listener knows what to do with it.
 */
export const connectOnlyHosts = (table: RouteTable, listener: HttpProxyListener): readonly Message[] =>
  listener.connect
    .filter(({ names, port }) => !table.virtualHosts.some((host) => names.some((name) => host.name === `${name}:${port}`)))
    .map((target) => ({
      name: `${target.names[0] ?? ''}:${target.port}`,
      domains: target.names.map((name) => `${name}:${target.port}`).concat(target.port === 80 ? target.names : []),
      includeRequestAttemptCount: true,
      routes: [handOn(target), { name: 'default', match: { prefix: '/' }, route: { cluster: connectCluster(target), timeout: '0s', maxGrpcTimeout: '0s' }, typedPerFilterConfig: UNCOUNTED }],
    }))

/** Hosts that nobody knows: resolved by DNS, or 502; both for CONNECT and for requests. A host is never dialled on loopback by mistake. */
export function unknownProxyHost(listener: HttpProxyListener): Message {
  if (listener.unknownHost === 'block') {
    return { name: 'block_all', domains: ['*'], includeRequestAttemptCount: true, routes: [
      { name: 'block_all', match: { connectMatcher: {} }, directResponse: { status: 502 } },
      { name: 'block_all', match: { prefix: '/' }, directResponse: { status: 502 } },
    ] }
  }
  return { name: 'allow_any_dynamic_dns', domains: ['*'], includeRequestAttemptCount: true, routes: [
    passOn,
    { name: 'allow_any_dynamic_dns', match: { prefix: '/' }, route: { cluster: DYNAMIC_DNS_CLUSTER, timeout: '0s', maxGrpcTimeout: '0s' } },
  ] }
}
