/** Route tables of a view, joined from virtual hosts that are encoded once. */
import type { HttpProxyListener, ProxyView, RouteTable, RouteTarget, VirtualHost } from '@istio-ts/mesh-model'
import { connectOnlyHosts, connectRoute, unknownProxyHost } from '../listeners/http-proxy.ts'
import type { TranslationMemo } from '../memo.ts'
import { resource, xdsBundle, type XdsBundle, type XdsResource } from '../resource.ts'
import { encodePart, RESOURCE_TYPES } from '../wire/encode.ts'
import type { Message } from '../wire/message.ts'
import { routeDetails } from './route-pieces.ts'
import { routeConfiguration, unknownHostMessage, virtualHostMessage, type TableScope } from './route-table.ts'

const VIRTUAL_HOST = 'envoy.config.route.v3.VirtualHost'

/** The route tables of a view. */
export function routeBundle(view: ProxyView, memo: TranslationMemo): XdsBundle {
  const scope: TableScope = { wantsProvenance: view.proxy.wantsProvenance }
  const { egressProxy, httpProxy, routeTables } = view.outbound
  const context = `${scope.wantsProvenance}/${memo.contentId(egressProxy)}/${memo.contentId(httpProxy)}`
  return memo.table<XdsBundle>('route-bundle').get(routeTables, context, () =>
    memo.intern(xdsBundle(RESOURCE_TYPES.route, 'routes', routeTables.map((table) => tableResource(table, view, scope, memo)))))
}

function tableResource(table: RouteTable, view: ProxyView, scope: TableScope, memo: TranslationMemo): XdsResource {
  const { egressProxy, httpProxy } = view.outbound
  /** The listener that takes CONNECT by this table, if one does. */
  const connecting = httpProxy?.acceptsConnect === true && table.name === httpProxy.routeTable ? httpProxy : undefined
  const make = (): XdsResource => {
    const message = connecting
      ? proxyTable(table, connecting, scope)
      : routeConfiguration(table, [...table.virtualHosts.map((host) => encodedHost(host, scope, memo)), ...unknownHosts(table, egressProxy)])
    return resource(RESOURCE_TYPES.route, table.name, message, table.from, routeDetails(table, connecting))
  }
  const context = `${scope.wantsProvenance}/${connecting ? memo.contentId(connecting) : ''}/${memo.contentId(egressProxy)}`
  return memo.table<XdsResource>('route-table').get(table, context, make)
}

const encodedHost = (host: VirtualHost, scope: TableScope, memo: TranslationMemo): unknown =>
  memo.table<unknown>('virtual-host').get(host, String(scope.wantsProvenance), () => encodePart(VIRTUAL_HOST, virtualHostMessage(host, scope)))

const unknownHosts = (table: RouteTable, egressProxy: RouteTarget | undefined): readonly Message[] => {
  const last = unknownHostMessage(table.unknownHost, egressProxy)
  return last === undefined ? [] : [last]
}

/** The table of an HTTP proxy port that takes CONNECT: ports in hosts count here, because the request target names the service port. */
function proxyTable(table: RouteTable, listener: HttpProxyListener, scope: TableScope): Message {
  const hosts = table.virtualHosts.map((host) => {
    const message = virtualHostMessage(host, scope)
    const tunnel = connectRoute(host.name, listener)
    return tunnel === undefined ? message : { ...message, routes: [tunnel, ...(Array.isArray(message['routes']) ? message['routes'] : [])] }
  })
  return { ...routeConfiguration(table, [...hosts, ...connectOnlyHosts(table, listener), unknownProxyHost(listener)]), ignorePortInHostMatching: false }
}
