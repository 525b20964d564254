/** ProxyConfig: how the proxies of the mesh run (`defaultConfig` of MeshConfig, and the annotation `proxy.istio.io/config`). */
import type * as z from 'zod'
import { once } from '../once.ts'
import { bool, duration, empty, enumeration, int32, int64, list, map, message, number, text, uint32, type DeepReadonly } from './message.ts'
import { clientTls, readinessProbe, tcpKeepalive } from './networking.ts'

const forwardClientCertDetails = () =>
  enumeration(['UNDEFINED', 'SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY'])

const disabled = () => message({ disabled: bool() })
const enabled = () => message({ enabled: bool() })

const remoteService = () => message({ address: text(), tlsSettings: clientTls(), tcpKeepalive: tcpKeepalive() })

/** Tracing of all proxies; providers of the Telemetry kind are the newer way. */
const tracing = () =>
  message({
    zipkin: message({ address: text() }),
    lightstep: message({ address: text(), accessToken: text() }),
    datadog: message({ address: text() }),
    stackdriver: message({
      debug: bool(),
      maxNumberOfAttributes: int64(),
      maxNumberOfAnnotations: int64(),
      maxNumberOfMessageEvents: int64(),
    }),
    openCensusAgent: message({ address: text(), context: list(traceContext()) }),
    customTags: map(
      message({
        literal: message({ value: text() }),
        environment: message({ name: text(), defaultValue: text() }),
        header: message({ name: text(), defaultValue: text() }),
      }),
    ),
    maxPathTagLength: uint32(),
    /** Percent; Istio's default is 1. */
    sampling: number(),
    tlsSettings: clientTls(),
    enableIstioTags: bool(),
  })

/** Header forms of a trace context. */
export const traceContext = () => enumeration(['UNSPECIFIED', 'W3C_TRACE_CONTEXT', 'GRPC_BIN', 'CLOUD_TRACE_CONTEXT', 'B3'])

const privateKeyProvider = () => {
  const accelerator = () => message({ pollDelay: duration(), fallback: bool() })
  return message({ cryptomb: accelerator(), qat: accelerator() })
}

const proxyHeaders = () =>
  message({
    forwardedClientCert: forwardClientCertDetails(),
    setCurrentClientCertDetails: message({ subject: bool(), cert: bool(), chain: bool(), dns: bool(), uri: bool() }),
    requestId: disabled(),
    server: message({ disabled: bool(), value: text() }),
    attemptCount: disabled(),
    envoyDebugHeaders: disabled(),
    metadataExchangeHeaders: message({ mode: enumeration(['UNDEFINED', 'IN_MESH']) }),
    preserveHttp1HeaderCase: bool(),
    xForwardedHost: enabled(),
    xForwardedPort: enabled(),
  })

const connectionSettings = () =>
  message({
    profile: enumeration(['SIDECAR', 'EDGE']),
    listenerPerConnectionBufferLimitBytes: int32(),
    clusterPerConnectionBufferLimitBytes: int32(),
    httpIdleTimeout: duration(),
    httpMaxConnectionDuration: duration(),
    httpDrainTimeout: duration(),
    httpRequestTimeout: duration(),
    httpRequestHeadersTimeout: duration(),
    httpStreamIdleTimeout: duration(),
    httpMaxStreamDuration: duration(),
    httpMaxConcurrentStreams: int32(),
    http2InitialStreamWindowSize: int32(),
    http2InitialConnectionWindowSize: int32(),
    httpHeadersWithUnderscoresAction: enumeration([
      'HEADERS_WITH_UNDERSCORES_UNSPECIFIED',
      'HEADERS_WITH_UNDERSCORES_ALLOW',
      'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
      'HEADERS_WITH_UNDERSCORES_DROP_HEADER',
    ]),
    httpMergeSlashes: bool(),
    httpPathWithEscapedSlashesAction: enumeration([
      'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
      'KEEP_UNCHANGED',
      'REJECT_REQUEST',
      'UNESCAPE_AND_REDIRECT',
      'UNESCAPE_AND_FORWARD',
    ]),
    listenerConnectionLimit: int32(),
    globalDownstreamConnectionLimit: int32(),
  })

/** Schema of a ProxyConfig as written: every field optional. */
export const proxyConfigMessage = once(() =>
  message({
    configPath: text(),
    binaryPath: text(),
    serviceCluster: text(),
    tracingServiceName: enumeration(['APP_LABEL_AND_NAMESPACE', 'CANONICAL_NAME_ONLY', 'CANONICAL_NAME_AND_NAMESPACE']),
    drainDuration: duration(),
    discoveryAddress: text(),
    discoveryRefreshDelay: duration(),
    zipkinAddress: text(),
    statsdUdpAddress: text(),
    envoyMetricsServiceAddress: text(),
    proxyAdminPort: int32(),
    availabilityZone: text(),
    controlPlaneAuthPolicy: enumeration(['NONE', 'MUTUAL_TLS', 'INHERIT'], { 0: 'NONE', 1: 'MUTUAL_TLS', 1000: 'INHERIT' }),
    customConfigFile: text(),
    statNameLength: int32(),
    concurrency: int32(),
    proxyBootstrapTemplatePath: text(),
    interceptionMode: enumeration(['REDIRECT', 'TPROXY', 'NONE']),
    tracing: tracing(),
    sds: message({ enabled: bool(), k8sSaJwtPath: text() }),
    envoyAccessLogService: remoteService(),
    envoyMetricsService: remoteService(),
    proxyMetadata: map(text()),
    runtimeValues: map(text()),
    statusPort: int32(),
    extraStatTags: list(text()),
    gatewayTopology: message({
      numTrustedProxies: uint32(),
      forwardClientCertDetails: forwardClientCertDetails(),
      proxyProtocol: empty(),
    }),
    terminationDrainDuration: duration(),
    meshId: text(),
    readinessProbe: readinessProbe(),
    proxyStatsMatcher: message({ inclusionPrefixes: list(text()), inclusionSuffixes: list(text()), inclusionRegexps: list(text()) }),
    holdApplicationUntilProxyStarts: bool(),
    caCertificatesPem: list(text()),
    image: message({ imageType: text() }),
    privateKeyProvider: privateKeyProvider(),
    proxyHeaders: proxyHeaders(),
    fileFlushInterval: duration(),
    fileFlushMinSizeKb: uint32(),
    statsCompression: bool(),
    connectionSettings: connectionSettings(),
  }),
)

/** A ProxyConfig as written; absent fields leave those below it alone. */
export interface MeshProxyConfigOverlay extends DeepReadonly<z.infer<ReturnType<typeof proxyConfigMessage>>> {}

/** Fields that Istio always fills in. */
type Defaulted =
  | 'configPath'
  | 'binaryPath'
  | 'drainDuration'
  | 'terminationDrainDuration'
  | 'proxyAdminPort'
  | 'controlPlaneAuthPolicy'
  | 'discoveryAddress'
  | 'statNameLength'
  | 'statusPort'

/** The proxy configuration in force. */
export type MeshProxyConfig = MeshProxyConfigOverlay & Required<Pick<MeshProxyConfigOverlay, Defaulted>>

/** Istio's defaults, those of the code; the installation adds its own on top. @see istio pkg/config/mesh */
export const defaultProxyConfig: MeshProxyConfig = {
  configPath: './etc/istio/proxy',
  binaryPath: '/usr/local/bin/envoy',
  serviceCluster: 'istio-proxy',
  drainDuration: '45s',
  terminationDrainDuration: '5s',
  proxyAdminPort: 15000,
  controlPlaneAuthPolicy: 'MUTUAL_TLS',
  discoveryAddress: 'istiod.istio-system.svc:15012',
  statNameLength: 189,
  statusPort: 15020,
}
