/** The HTTP connection manager of sidecars and gateways. */
import { isHttp2, type Protocol } from '@istio-ts/mesh-model'
import { accessLogs } from '../access-log/access-log.ts'
import { httpFilters, telemetryMode, type HttpPlace } from '../http-filters/order.ts'
import { tracing } from '../tracing/tracing.ts'
import { ADS } from '../wire/config-source.ts'
import { present, typed, type Message } from '../wire/message.ts'
import { extension, type NamedExtension } from '../wire/named-extension.ts'
import { managerSettings } from './connection-settings.ts'
import { authorizationScope, type ListenerScope } from './scope.ts'

const NAME = 'envoy.filters.network.http_connection_manager'
const TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

/** What differs from one connection manager to the next. */
export interface HttpSettings {
  readonly place: HttpPlace
  readonly statPrefix: string
  /** Routes by name over RDS, or written into the manager. */
  readonly routes: { readonly rds: string } | { readonly inline: Message }
  readonly protocol: Protocol
  /** DNS caches, where requests may go to hosts that only DNS knows. */
  readonly dnsCaches?: readonly Message[]
  /** Some virtual host keeps clients on one endpoint. */
  readonly stickySessions?: boolean
  /** A forward proxy port: requests name their host in the request target. */
  readonly absoluteUrls?: boolean
  /** CONNECT requests are accepted (routes say what becomes of them). */
  readonly connect?: boolean
}

/** The connection manager as the last filter of a chain. */
export function httpConnectionManager(settings: HttpSettings, scope: ListenerScope): NamedExtension {
  const { view } = scope
  const mode = telemetryMode(settings.place)
  return extension(NAME, typed(TYPE, present({
    statPrefix: settings.statPrefix,
    ...('rds' in settings.routes ? { rds: { configSource: ADS, routeConfigName: settings.routes.rds } } : { routeConfig: settings.routes.inline }),
    httpFilters: httpFilters({
      place: settings.place, view, extensions: scope.extensions, authorization: authorizationScope(scope, false),
      grpcWeb: settings.protocol === 'grpc-web', dnsCaches: settings.dnsCaches ?? [], stickySessions: settings.stickySessions === true,
    }),
    tracing: tracing(mode === 'server' ? view.telemetry.serverTracing : view.telemetry.clientTracing, view.proxy),
    accessLog: accessLogs(view.telemetry, mode, settings.connect === true ? 'proxy-port' : 'traffic'),
    ...identityOf(settings.place, scope),
    ...protocolOptions(settings, scope),
    ...pathNormalization(view.mesh.pathNormalization),
    // 100-continue is the application's to answer.
    proxy100Continue: true,
    // No idle limit of streams: the route's timeout and the connection's idle timeout do.
    streamIdleTimeout: '0s',
    ...managerSettings(view.mesh.proxyConfig.connectionSettings).fields,
    upgradeConfigs: [{ upgradeType: 'websocket' }, ...(settings.connect === true ? [{ upgradeType: 'CONNECT' }] : [])],
    // One id decides for all hops whether a request is traced.
    requestIdExtension: { typedConfig: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', { useRequestIdForTraceSampling: true }) },
  })))
}

/** Who stands in front: strangers at a gateway, peers at a server, the own workload at an outbound listener. */
function identityOf(place: HttpPlace, scope: ListenerScope): Message {
  if (place === 'outbound') return { useRemoteAddress: false }
  if (place === 'inbound') {
    return { useRemoteAddress: false, serverName: 'istio-envoy', forwardClientCertDetails: 'APPEND_FORWARD', setCurrentClientCertDetails: { subject: true, dns: true, uri: true } }
  }
  const topology = scope.view.mesh.proxyConfig.gatewayTopology
  const hops = topology?.numTrustedProxies
  const forward = forwardClientCert(topology?.forwardClientCertDetails)
  return present({
    useRemoteAddress: true,
    serverName: 'istio-envoy',
    forwardClientCertDetails: forward,
    // Only where something of our own is written does it matter what.
    setCurrentClientCertDetails: forward === 'SANITIZE_SET' || forward === 'APPEND_FORWARD' ? { subject: true, cert: true, dns: true, uri: true } : undefined,
    xffNumTrustedHops: typeof hops === 'number' && hops > 0 ? hops : undefined,
  })
}

/** The enum's zero value, SANITIZE, stays unwritten; without a setting gateways replace what strangers claim. */
const forwardClientCert = (written: unknown): string | undefined =>
  typeof written !== 'string' || written === 'UNDEFINED' ? 'SANITIZE_SET' : written === 'SANITIZE' ? undefined : written

function protocolOptions(settings: HttpSettings, scope: ListenerScope): Message {
  const { metadata } = scope.view.proxy
  const http10 = metadata['HTTP10'] === '1' || metadata['HTTP10'] === 1
  const idle = metadata['IDLE_TIMEOUT']
  const connection = managerSettings(scope.view.mesh.proxyConfig.connectionSettings)
  const common = { ...connection.common, ...(typeof idle === 'string' && idle !== '' ? { idleTimeout: idle } : {}) }
  const options = present({ acceptHttp10: http10 || undefined, allowAbsoluteUrl: settings.absoluteUrls === true ? true : undefined })
  return present({
    httpProtocolOptions: settings.place === 'gateway' || Object.keys(options).length > 0 ? options : undefined,
    http2ProtocolOptions: settings.place === 'inbound' && isHttp2(settings.protocol) || Object.keys(connection.http2).length > 0 ? connection.http2 : undefined,
    commonHttpProtocolOptions: Object.keys(common).length > 0 ? common : undefined,
  })
}

/** One form of a path for routing, authorisation and the workload. */
function pathNormalization(mode: ListenerScope['view']['mesh']['pathNormalization']): Message {
  switch (mode) {
    case 'NONE':
      return { normalizePath: false, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED' }
    case 'MERGE_SLASHES':
      return { normalizePath: true, mergeSlashes: true, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED' }
    case 'DECODE_AND_MERGE_SLASHES':
      return { normalizePath: true, mergeSlashes: true, pathWithEscapedSlashesAction: 'UNESCAPE_AND_FORWARD' }
    default:
      return { normalizePath: true, pathWithEscapedSlashesAction: 'KEEP_UNCHANGED' }
  }
}
