/** A small view for tests: one HTTP service `web` with two instances, seen by one of them; captured or on loopback. */
import { defaultProxyConfig } from '@istio-ts/api-types'
import type { Endpoint, HeaderOperations, HttpProxyListener, InboundServer, OutboundListener, ProxyView, Route, RouteTable, Tracing, Upstream } from '@istio-ts/mesh-model'

const HOST = 'web.default.svc.cluster.local'
const SERVICE = { host: HOST, name: 'web', namespace: 'default' }
const NO_CHANGES = { set: {}, add: {}, remove: [] }
const NO_HEADERS: HeaderOperations = { request: NO_CHANGES, response: NO_CHANGES }
const ROUTES = { resource: { cluster: 'Kubernetes', group: 'networking.istio.io', kind: 'VirtualService', namespace: 'default', name: 'web' }, path: 'spec.http[0]' }
const TRACING: Tracing = {
  samplingPercent: 1, disableSpanReporting: false, customTags: [], enableIstioTags: true, disableContextPropagation: false, useRequestIdForSampling: true, from: [],
}

/** One instance of `web`. */
export const sampleEndpoint = (ip: string, name: string, revision: string): Endpoint => ({
  address: { kind: 'ip', ip, port: 8080 }, health: 'healthy', healthIsKnown: true, weight: 1, tlsMode: 'istio', labels: {}, network: '', from: [],
  workload: { name, namespace: 'default', canonicalName: 'web', canonicalRevision: revision, cluster: 'Kubernetes' },
})

/** The upstream of `web`, with changes. */
const sampleUpstream = (change: Partial<Upstream> = {}): Upstream => ({
  ref: { host: HOST, port: 80, subset: '' }, resolution: 'eds', protocol: 'http', portName: 'http', subsetLabels: {}, services: [SERVICE], external: false,
  policy: { loadBalancing: { kind: 'least-request' }, connectionPool: {}, from: [] },
  tls: { mode: 'auto', sni: `outbound_.80_._.${HOST}`, subjectAltNames: ['spiffe://cluster.local/ns/default/sa/web'] },
  endpoints: `outbound|80||${HOST}`, keepClientProtocol: false, stickySession: false, ipFamilies: [], from: [], ...change,
})

/** A route to `web`, with changes. */
export const sampleRoute = (change: Partial<Route> = {}): Route => ({
  name: 'default', match: { ignorePathCase: false, headers: [], queryParameters: [], claims: [], isUnconditional: true }, headers: NO_HEADERS, from: [ROUTES],
  action: {
    kind: 'forward', timeoutMs: 0, timeoutIsExplicit: false, mirrors: [], hashOn: [],
    destinations: [{ target: { kind: 'upstream', ref: { host: HOST, port: 80, subset: '' } }, weight: 100, headers: NO_HEADERS, from: [] }],
    retries: {
      attempts: 2, retryOn: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes', statusCodes: [], avoidPreviousHosts: true,
      retryRemoteLocalities: false, isDefault: true, from: [],
    },
  },
  ...change,
})

const table = (name: string, domains: readonly string[], unknownHost: RouteTable['unknownHost']): RouteTable => ({
  name, direction: 'outbound', unknownHost, from: [], virtualHosts: [{ name: `${HOST}:80`, domains, requireTls: false, from: [], routes: [sampleRoute()] }],
})

const server = (change: Partial<InboundServer>): InboundServer => ({
  workloadPort: 8080, servicePort: 80, portName: 'http', protocol: 'http', listenPort: 8080, bind: '', mtls: 'PERMISSIVE', defaultEndpoint: { kind: 'original-dst' },
  services: [SERVICE], host: HOST, connectionPool: {}, from: [], ...change,
})

const NAMES = [HOST, `${HOST}.`, 'web', 'web.default.svc', 'web.default']

/** What a pod sees: everything captured. */
export const capturedView = (): ProxyView => ({
  key: 'captured',
  proxy: {
    type: 'sidecar', namespace: 'default', cluster: 'Kubernetes', network: '', locality: { region: '', zone: '', subzone: '' }, dnsDomain: 'default.svc.cluster.local',
    istioVersion: '1.32.0', extensions: 'all', wantsProvenance: false, interceptionMode: 'REDIRECT', canonicalService: 'unknown', canonicalRevision: 'latest',
    serviceAccount: 'web', meshId: '', ipFamilies: ['IPv4'], metadata: {},
  },
  mesh: {
    trustDomain: 'cluster.local', trustDomainAliases: [], rootNamespace: 'istio-system', domain: 'cluster.local', meshId: '', connectTimeoutMs: 10_000,
    protocolDetectionTimeoutMs: 0, dnsRefreshRateMs: 60_000, h2UpgradePolicy: 'DO_NOT_UPGRADE', pathNormalization: 'DEFAULT', enableAutoMtls: true,
    verifyCertificateAtClient: true, inboundClusterStatName: '', outboundClusterStatName: '', disableEnvoyListenerLog: false,
    meshTls: { cipherSuites: [], ecdhCurves: [] }, defaultConnectionPool: {}, tlsDefaults: { cipherSuites: [], ecdhCurves: [] }, proxyConfig: defaultProxyConfig,
  },
  outbound: {
    key: 'out',
    upstreams: [{ key: 'default', items: [sampleUpstream()] }],
    endpoints: [[{ key: 'default', items: [{
      key: `outbound|80||${HOST}`, from: [],
      localities: [{ locality: { region: '', zone: '', subzone: '' }, priority: 0, weight: 2, endpoints: [sampleEndpoint('10.40.1.1', 'web-v1', 'v1'), sampleEndpoint('10.40.1.2', 'web-v2', 'v2')] }],
    }] }]],
    listeners: [{ bind: '0.0.0.0', additionalBinds: [], port: 80, protocol: 'http', bindToPort: false, http: { routeTable: '80', protocol: 'http', from: [] }, chains: [], unmatched: 'passthrough', from: [] }],
    routeTables: [table('80', [...NAMES, '10.96.1.10'], 'allow-any')],
    virtualListener: { bind: ['0.0.0.0'], port: 15001 },
    unknownHost: 'allow-any',
  },
  inbound: { key: 'in', servers: [server({})], virtualListener: { bind: ['0.0.0.0'], port: 15006, mtls: 'PERMISSIVE' }, unknownPorts: 'passthrough' },
  security: { peer: { mode: 'PERMISSIVE', ports: {}, from: [] }, jwt: [], authorization: { custom: [], audit: [], deny: [], allow: [] } },
  telemetry: { accessLogs: [], metrics: [], clientTracing: TRACING, serverTracing: TRACING },
  secrets: [],
  diagnostics: [],
})

/** The same in a local mesh, with a TCP service `db` beside it. */
export function loopbackView(unknownHost: HttpProxyListener['unknownHost'] = 'allow-any'): ProxyView {
  const view = capturedView()
  const db = 'db.default.svc.cluster.local'
  const dbUpstream = sampleUpstream({ ref: { host: db, port: 5432, subset: '' }, protocol: 'tcp', portName: 'tcp', services: [{ host: db, name: 'db', namespace: 'default' }], endpoints: `outbound|5432||${db}` })
  const listener = (change: Partial<OutboundListener>): OutboundListener => ({ bind: '127.0.0.1', additionalBinds: [], port: 40_080, protocol: 'http', bindToPort: true, chains: [], unmatched: 'none', from: [], ...change })
  const connect = [{ names: NAMES, port: 80, listen: 40_080 }, { names: [db, `${db}.`, 'db', 'db.default.svc', 'db.default'], port: 5432, listen: 40_432 }]
  return {
    ...view,
    key: 'loopback',
    outbound: {
      key: 'out', unknownHost: 'allow-any',
      upstreams: [{ key: 'default', items: [sampleUpstream(), dbUpstream] }],
      endpoints: view.outbound.endpoints,
      listeners: [
        listener({ http: { routeTable: `${HOST}:80`, protocol: 'http', from: [] }, standsFor: { host: HOST, port: 80 } }),
        listener({ port: 40_432, protocol: 'tcp', standsFor: { host: db, port: 5432 }, chains: [{
          serverNames: [], destinations: [], protocol: 'tcp', from: [],
          action: { destinations: [{ target: { kind: 'upstream', ref: dbUpstream.ref }, weight: 100, headers: NO_HEADERS, from: [] }], hashOnSourceIp: false, from: [] },
        }] }),
      ],
      routeTables: [table(`${HOST}:80`, ['*'], 'none'), table('http_proxy', NAMES.flatMap((name) => [name, `${name}:80`]), unknownHost)],
      httpProxy: { bind: '127.0.0.1', port: 40_001, routeTable: 'http_proxy', connect, acceptsConnect: true, unknownHost, from: [] },
    },
    inbound: { key: 'in', unknownPorts: 'passthrough', servers: [server({ bind: '127.0.0.1', listenPort: 40_008, mtls: 'STRICT', defaultEndpoint: { kind: 'address', address: '127.0.0.1', port: 8080 } })] },
    loopback: { inboundPorts: [{ workloadPort: 8080, listen: 40_008 }], admin: 40_000, stats: 40_020, prometheus: 40_090, ready: 40_021 },
  }
}
