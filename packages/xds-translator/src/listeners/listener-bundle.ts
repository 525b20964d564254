/** The listeners of a view. */
import type { ProxyView } from '@istio-ts/mesh-model'
import { policyOrigins } from '../authorization/origins.ts'
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
  const context = sharedContext(view, memo)
  const { gateway, inbound, outbound } = view
  const own = `${context}/${memo.identityId(inbound)}/${memo.identityId(gateway)}/${memo.contentId(outbound.httpProxy)}/${memo.contentId(outbound.virtualListener)}`
  return memo.table<XdsBundle>('listener-bundle').get(outbound.listeners, own, () => memo.intern(xdsBundle(RESOURCE_TYPES.listener, 'listeners', listeners(view, context, memo))))
}

function listeners(view: ProxyView, context: string, memo: TranslationMemo): readonly XdsResource[] {
  const scope = listenerScope(view)
  const { gateway, inbound, outbound } = view
  const proxy = outbound.httpProxy
  return [
    ...outbound.listeners.map((listener) => memo.table<XdsResource>('outbound-listener').get(listener, context, () =>
      listenerResource(outboundListener(listener, scope), listener.from, () => listener.chains.map((chain, i) => ({ path: `filterChains[${i}]`, from: chain.from }))))),
    ...(proxy === undefined ? [] : [memo.table<XdsResource>('http-proxy').get(proxy, context, () => listenerResource(httpProxyListener(proxy, scope), proxy.from))]),
    ...memo.table<readonly XdsResource[]>('inbound').get(inbound, context, () => inboundResources(scope)),
    ...memo.table<readonly XdsResource[]>('virtual-outbound').get(memo, `${context}/${memo.contentId(outbound.virtualListener)}`, () => single(virtualOutbound(scope), VIRTUAL_OUTBOUND)),
    // A port that no server may use has nothing to say; Envoy refuses a listener without chains.
    ...(gateway?.listeners ?? []).filter((listener) => listener.routeTable !== undefined || listener.chains.length > 0).map((listener) => memo.table<XdsResource>('gateway-listener').get(listener, context, () =>
      listenerResource(gatewayListener(listener, scope), listener.from, () => [...listener.chains.map((chain, i) => ({ path: `filterChains[${i}]`, from: chain.from })), ...policyOrigins(view.security.authorization)]))),
  ]
}

/** Everything of a view that any listener may read, apart from the listener itself. */
function sharedContext(view: ProxyView, memo: TranslationMemo): string {
  const { egressProxy, httpProxy, routeTables, unknownHost } = view.outbound
  const sticky = memo.table<string>('sticky-tables').get(routeTables, '', () =>
    JSON.stringify(routeTables.filter((table) => table.virtualHosts.some((host) => host.stickySession !== undefined)).map((table) => table.name)))
  const dynamic = memo.table<string>('dynamic-upstreams').get(view.outbound.upstreams, '', () =>
    view.outbound.upstreams.flatMap((bundle) => bundle.items.filter((upstream) => upstream.resolution === 'dynamic-dns').map(({ ref }) => `${ref.host}:${ref.port}`)).join())
  const { extensions, ...proxy } = view.proxy
  return [
    memo.table<number>('proxy-class').get(view.proxy, '', () => memo.contentId(proxy)), extensions === 'all' ? 'all' : memo.contentId(extensions),
    memo.contentId(view.mesh), memo.contentId(view.telemetry), memo.contentId(view.security), memo.contentId(view.loopback), memo.contentId(egressProxy),
    // Which listeners need a DNS cache is seen in the routes.
    unknownHost, dynamic, dynamic !== '' ? memo.identityId(routeTables) : 0, httpProxy?.unknownHost, httpProxy?.acceptsConnect, sticky,
  ].join('/')
}

function inboundResources(scope: ListenerScope): readonly XdsResource[] {
  const { servers } = scope.view.inbound
  const captured = virtualInbound(scope)
  const policies = (): readonly XdsPart[] => policyOrigins(scope.view.security.authorization)
  return [
    ...(captured === undefined ? [] : [listenerResource(captured, servers.flatMap((server) => server.from), () => [...servers.map((server) => ({ path: `port[${server.workloadPort}]`, from: server.from })), ...policies()])]),
    ...boundInbound(scope).map(({ server, message }) => resource(RESOURCE_TYPES.listener, listenerName(server.bind, server.listenPort), message, server.from, { parts: policies })),
  ]
}

const single = (message: Message | undefined, name: string): readonly XdsResource[] => (message === undefined ? [] : [resource(RESOURCE_TYPES.listener, name, message, [])])

const listenerResource = (message: Message, from: readonly Provenance[], parts?: () => readonly XdsPart[]): XdsResource =>
  resource(RESOURCE_TYPES.listener, String(message['name'] ?? VIRTUAL_INBOUND), message, from, parts ? { parts } : {})
