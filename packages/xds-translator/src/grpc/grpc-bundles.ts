/** What proxyless gRPC clients (metadata `GENERATOR: grpc`) get: an API listener, a route table and clusters per service, in the small part of xDS they know. */
import { isHttp, type Bundle, type ProxyView, type RouteTable, type Upstream, type VirtualHost } from '@istio-ts/mesh-model'
import type { TranslationMemo } from '../memo.ts'
import { outboundCluster } from '../names/cluster-name.ts'
import { clusterStatName } from '../names/stat-name.ts'
import { resource, xdsBundle, type XdsBundle, type XdsResource } from '../resource.ts'
import { virtualHostMessage } from '../routes/route-table.ts'
import { FAULT } from '../http-filters/fault/index.ts'
import { router } from '../http-filters/router/index.ts'
import { RESOURCE_TYPES } from '../wire/encode.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension } from '../wire/named-extension.ts'
import { ipFamily } from '@istio-ts/foundation'

/** gRPC clients ask the stream they are on. */
const OWN_STREAM: Message = { ads: {} }

/** Clusters, listeners and routes; endpoints are the same for everybody. */
export function grpcBundles(view: ProxyView, memo: TranslationMemo): readonly XdsBundle[] {
  const context = memo.contentId(view.mesh)
  const clusters = view.outbound.upstreams.map((bundle) => memo.table<XdsBundle>('grpc-clusters').get(bundle, String(context), () => clusterBundle(bundle, view)))
  const hosts = servedHosts(view.outbound.routeTables)
  return [
    ...clusters,
    memo.intern(xdsBundle(RESOURCE_TYPES.listener, 'listeners', hosts.map((host) => memo.table<XdsResource>('grpc-listener').get(host, '', () => listener(host))))),
    memo.intern(xdsBundle(RESOURCE_TYPES.route, 'routes', hosts.map((host) => memo.table<XdsResource>('grpc-routes').get(host, '', () => routeTable(host))))),
  ]
}

/** Every virtual host of the outbound tables, once: `<host>:<port>`. */
const servedHosts = (tables: readonly RouteTable[]): readonly VirtualHost[] =>
  [...new Map(tables.filter((table) => table.direction === 'outbound' && table.name !== 'http_proxy').flatMap((table) => table.virtualHosts.map((host) => [host.name, host] as const))).values()]

const parse = (host: VirtualHost): { readonly name: string; readonly port: number } => {
  const colon = host.name.lastIndexOf(':')
  return { name: host.name.slice(0, colon), port: Number(host.name.slice(colon + 1)) }
}

/** The listener that `xds:///host:port` resolves to. Its address is only for people: a client does not listen. */
function listener(host: VirtualHost): XdsResource {
  const { name, port } = parse(host)
  return resource(RESOURCE_TYPES.listener, host.name, {
    name: host.name,
    address: { socketAddress: { address: host.domains.find((domain) => ipFamily(domain) !== undefined) ?? '0.0.0.0', portValue: port } },
    apiListener: { apiListener: typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      httpFilters: [FAULT, router(false)],
      rds: { configSource: OWN_STREAM, routeConfigName: outboundCluster(name, port) },
    }) },
  }, host.from)
}

/** One virtual host under all names of the service, with and without port: the channel's target decides which is used. */
function routeTable(host: VirtualHost): XdsResource {
  const { name, port } = parse(host)
  const message = virtualHostMessage(host, { wantsProvenance: false })
  const bare = [...new Set(host.domains.map((domain) => (domain.endsWith(`:${port}`) ? domain.slice(0, -`:${port}`.length) : domain)))].filter((domain) => domain !== '*')
  const domains = bare.length === 0 ? [name, `${name}:${port}`] : bare.flatMap((domain) => [domain, `${domain}:${port}`])
  const routes: readonly Message[] = Array.isArray(message['routes']) ? message['routes'] : []
  const tableName = outboundCluster(name, port)
  return resource(RESOURCE_TYPES.route, tableName, { name: tableName, virtualHosts: [{ ...message, domains, routes: routes.map(grpcRoute) }] }, host.from,
    { parts: () => host.routes.map((route, i) => ({ path: `virtualHosts[0].routes[${i}]`, from: route.from })) })
}

/** gRPC reads the timeout from `maxStreamDuration`, and names routes by nothing. */
function grpcRoute(route: Message): Message {
  const action = route['route']
  const { name: _, ...rest } = route
  if (typeof action !== 'object' || action === null) return rest
  const { maxGrpcTimeout, ...others } = Object.fromEntries(Object.entries(action))
  return { ...rest, route: { ...others, maxStreamDuration: { maxStreamDuration: maxGrpcTimeout ?? '0s' } } }
}

const clusterBundle = (bundle: Bundle<Upstream>, view: ProxyView): XdsBundle =>
  xdsBundle(RESOURCE_TYPES.cluster, bundle.key, bundle.items.filter((upstream) => upstream.resolution === 'eds' && isHttp(upstream.protocol)).map((upstream) => {
    const name = outboundCluster(upstream.ref.host, upstream.ref.port, upstream.ref.subset)
    return resource(RESOURCE_TYPES.cluster, name, cluster(name, upstream, view), [...upstream.from, ...upstream.policy.from])
  }))

function cluster(name: string, upstream: Upstream, view: ProxyView): Message {
  const { ref, policy } = upstream
  const maxRequests = policy.connectionPool.http2MaxRequests
  return present({
    name,
    altStatName: clusterStatName(view.mesh.outboundClusterStatName, name, { service: upstream.services[0], port: ref.port, portName: upstream.portName, subset: ref.subset }),
    type: 'EDS',
    edsClusterConfig: { edsConfig: OWN_STREAM, serviceName: upstream.endpoints },
    circuitBreakers: maxRequests === undefined || maxRequests <= 0 ? undefined : { thresholds: [{ maxRequests }] },
    // Without an explicit ISTIO_MUTUAL a proxyless client sends plain text: it may have no certificates.
    transportSocket: upstream.tls.mode === 'mesh' ? extension('envoy.transport_sockets.tls', typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', { commonTlsContext: tlsContext(upstream.tls.subjectAltNames) })) : undefined,
  })
}

/** gRPC takes certificates from the provider instance `default` of its bootstrap; both old and new fields are read by some version. */
const CERTIFICATE: Message = { instanceName: 'default', certificateName: 'default' }
const ROOTS: Message = { instanceName: 'default', certificateName: 'ROOTCA' }

const tlsContext = (names: readonly string[]): Message => ({
  tlsCertificateCertificateProviderInstance: CERTIFICATE,
  tlsCertificateProviderInstance: CERTIFICATE,
  combinedValidationContext: {
    defaultValidationContext: present({ caCertificateProviderInstance: ROOTS, matchSubjectAltNames: names.length === 0 ? undefined : names.map((exact) => ({ exact })) }),
    validationContextCertificateProviderInstance: ROOTS,
  },
})
