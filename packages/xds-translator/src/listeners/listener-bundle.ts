/** The listeners of a view. */
import type { ProxyView } from '@istio-ts/mesh-model'
import { gatewayListener } from '../gateways/gateway-listener.ts'
import type { TranslationMemo } from '../memo.ts'
import { listenerName, VIRTUAL_INBOUND, VIRTUAL_OUTBOUND } from '../names/listener-name.ts'
import { resource, xdsBundle, type XdsBundle, type XdsPart, type XdsResource } from '../resource.ts'
import { RESOURCE_TYPES } from '../wire/encode.ts'
import type { Message } from '../wire/message.ts'
import { httpProxyListener } from './http-proxy.ts'
import { boundInbound, virtualInbound } from './inbound-listeners.ts'
import { outboundListener } from './outbound-listener.ts'
import { listenerScope, type ListenerScope } from './scope.ts'
import { virtualOutbound } from './virtual-outbound.ts'
import type { Provenance } from '@istio-ts/foundation'

/** All listeners; each is encoded again only when it, or what all listeners of the view share, changed. */
export function listenerBundle(view: ProxyView, memo: TranslationMemo): XdsBundle {
  const scope = listenerScope(view)
  const context = sharedContext(view)
  const { gateway, inbound, outbound } = view
  const proxy = outbound.httpProxy
  const resources = [
    ...outbound.listeners.map((listener) => memo.table<XdsResource>('outbound-listener').get(listener, context, () =>
      listenerResource(outboundListener(listener, scope), listener.from, () => listener.chains.map((chain, i) => ({ path: `filterChains[${i}]`, from: chain.from }))))),
    ...(proxy === undefined ? [] : [memo.table<XdsResource>('http-proxy').get(proxy, context, () => listenerResource(httpProxyListener(proxy, scope), proxy.from))]),
    ...memo.table<readonly XdsResource[]>('inbound').get(inbound, context, () => inboundResources(scope)),
    ...memo.table<readonly XdsResource[]>('virtual-outbound').get(outbound, context, () => single(virtualOutbound(scope), VIRTUAL_OUTBOUND)),
    ...(gateway?.listeners ?? []).map((listener) => memo.table<XdsResource>('gateway-listener').get(listener, context, () =>
      listenerResource(gatewayListener(listener, scope), listener.from, () => listener.chains.map((chain, i) => ({ path: `filterChains[${i}]`, from: chain.from }))))),
  ]
  return memo.intern(xdsBundle(RESOURCE_TYPES.listener, 'listeners', resources))
}

/** Everything of a view that any listener may read, apart from the listener itself. */
const sharedContext = (view: ProxyView): string => JSON.stringify([
  { ...view.proxy, extensions: view.proxy.extensions === 'all' ? 'all' : [...view.proxy.extensions].sort() },
  view.mesh, view.telemetry, view.security, view.outbound.unknownHost, view.outbound.egressProxy, view.loopback, view.outbound.httpProxy?.unknownHost, view.outbound.httpProxy?.acceptsConnect,
  view.outbound.routeTables.filter((table) => table.virtualHosts.some((host) => host.stickySession !== undefined)).map((table) => table.name),
])

function inboundResources(scope: ListenerScope): readonly XdsResource[] {
  const { servers } = scope.view.inbound
  const captured = virtualInbound(scope)
  return [
    ...(captured === undefined ? [] : [listenerResource(captured, servers.flatMap((server) => server.from), () => servers.map((server) => ({ path: `port[${server.workloadPort}]`, from: server.from })))]),
    ...boundInbound(scope).map(({ server, message }) => resource(RESOURCE_TYPES.listener, listenerName(server.bind, server.listenPort), message, server.from)),
  ]
}

const single = (message: Message | undefined, name: string): readonly XdsResource[] => (message === undefined ? [] : [resource(RESOURCE_TYPES.listener, name, message, [])])

const listenerResource = (message: Message, from: readonly Provenance[], parts?: () => readonly XdsPart[]): XdsResource =>
  resource(RESOURCE_TYPES.listener, String(message['name'] ?? VIRTUAL_INBOUND), message, from, parts)
