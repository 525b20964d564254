/** MeshConfig: the settings of the whole mesh (ConfigMap `istio`, key `mesh`). @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1 */
import type * as z from 'zod'
import { once } from '../once.ts'
import { extensionProviderMessage, type ExtensionProvider } from './extension-provider.ts'
import { bool, duration, enumeration, int32, list, message, text, type DeepReadonly } from './message.ts'
import {
  clientTls, connectionPool, httpRetry, labelSelector, localityLb, outlierDetection, tcpKeepalive, zoneAwareLb,
} from './networking.ts'
import { defaultProxyConfig, proxyConfigMessage, type MeshProxyConfig } from './proxy-config.ts'

const tlsConfig = () =>
  message({ minProtocolVersion: enumeration(['TLS_AUTO', 'TLSV1_2', 'TLSV1_3']), ecdhCurves: list(text()), cipherSuites: list(text()) })

const visibility = () => enumeration(['VISIBILITY_UNSPECIFIED', 'NONE', 'NAMESPACE', 'PUBLIC'])

const serviceEntryVisibility = () =>
  message({
    defaultVisibility: visibility(),
    applyToSidecars: bool(),
    policies: list(message({ visibility: visibility(), matchingRules: list(message({ namespaceSelector: labelSelector() })) })),
  })

/** Schema of a MeshConfig as written: every field optional. */
export const meshConfigMessage = once(() =>
  message({
    proxyListenPort: int32(),
    proxyInboundListenPort: int32(),
    proxyHttpPort: int32(),
    connectTimeout: duration(),
    hboneIdleTimeout: duration(),
    protocolDetectionTimeout: duration(),
    tcpKeepalive: tcpKeepalive(),
    ingressClass: text(),
    ingressService: text(),
    ingressControllerMode: enumeration(['UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT']),
    ingressSelector: text(),
    enableTracing: bool(),
    accessLogFile: text(),
    accessLogFormat: text(),
    accessLogEncoding: enumeration(['TEXT', 'JSON']),
    enableEnvoyAccessLogService: bool(),
    disableEnvoyListenerLog: bool(),
    defaultConfig: proxyConfigMessage(),
    outboundTrafficPolicy: message({
      mode: enumeration(['REGISTRY_ONLY', 'ALLOW_ANY', 'ALLOW_ANY_DYNAMIC_DNS'], { 0: 'REGISTRY_ONLY', 1: 'ALLOW_ANY', 3: 'ALLOW_ANY_DYNAMIC_DNS' }),
      tls: clientTls(),
    }),
    inboundTrafficPolicy: message({ mode: enumeration(['PASSTHROUGH', 'LOCALHOST']) }),
    configSources: list(message({ address: text(), tlsSettings: clientTls(), subscribedResources: list(enumeration(['SERVICE_REGISTRY'])) })),
    enableAutoMtls: bool(),
    trustDomain: text(),
    trustDomainAliases: list(text()),
    caCertificates: list(message({ pem: text(), spiffeBundleUrl: text(), certSigners: list(text()), trustDomains: list(text()) })),
    defaultServiceExportTo: list(text()),
    defaultVirtualServiceExportTo: list(text()),
    defaultDestinationRuleExportTo: list(text()),
    rootNamespace: text(),
    localityLbSetting: localityLb(),
    zoneAwareLbSetting: zoneAwareLb(),
    dnsRefreshRate: duration(),
    h2UpgradePolicy: enumeration(['DO_NOT_UPGRADE', 'UPGRADE']),
    inboundClusterStatName: text(),
    outboundClusterStatName: text(),
    certificates: list(message({ secretName: text(), dnsNames: list(text()) })),
    serviceSettings: list(message({ settings: message({ clusterLocal: bool() }), hosts: list(text()) })),
    serviceScopeConfigs: list(
      message({ namespaceSelector: labelSelector(), servicesSelector: labelSelector(), scope: enumeration(['LOCAL', 'GLOBAL']) }),
    ),
    enablePrometheusMerge: bool(),
    verifyCertificateAtClient: bool(),
    ca: message({ address: text(), tlsSettings: clientTls(), requestTimeout: duration(), istiodSide: bool() }),
    extensionProviders: list(extensionProviderMessage()),
    defaultProviders: message({ tracing: list(text()), metrics: list(text()), accessLogging: list(text()) }),
    discoverySelectors: list(labelSelector()),
    pathNormalization: message({
      normalization: enumeration(['DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES']),
    }),
    defaultHttpRetryPolicy: httpRetry(),
    defaultInboundHttpRetryPolicy: httpRetry(),
    meshMTLS: tlsConfig(),
    tlsDefaults: tlsConfig(),
    defaultTrafficPolicy: message({ connectionPool: connectionPool(), outlierDetection: outlierDetection() }),
    serviceEntryVisibility: serviceEntryVisibility(),
  }),
)

/** A MeshConfig as written; absent fields leave those below it alone. */
export interface MeshConfigOverlay extends DeepReadonly<z.infer<ReturnType<typeof meshConfigMessage>>> {}

/** Fields that Istio always fills in. */
type Defaulted =
  | 'proxyListenPort' | 'proxyInboundListenPort' | 'connectTimeout' | 'protocolDetectionTimeout'
  | 'ingressClass' | 'ingressService' | 'ingressControllerMode'
  | 'enableTracing' | 'accessLogFile' | 'accessLogFormat' | 'accessLogEncoding' | 'enableEnvoyAccessLogService'
  | 'outboundTrafficPolicy' | 'inboundTrafficPolicy' | 'enableAutoMtls' | 'trustDomain' | 'trustDomainAliases'
  | 'defaultServiceExportTo' | 'defaultVirtualServiceExportTo' | 'defaultDestinationRuleExportTo'
  | 'rootNamespace' | 'localityLbSetting' | 'dnsRefreshRate' | 'serviceSettings' | 'enablePrometheusMerge'
  | 'defaultProviders'

/** The mesh configuration in force. */
export type MeshConfig = Omit<MeshConfigOverlay, 'defaultConfig' | 'extensionProviders'> &
  Required<Pick<MeshConfigOverlay, Defaulted>> & {
    readonly defaultConfig: MeshProxyConfig
    readonly extensionProviders: readonly ExtensionProvider[]
  }

/** Istio's defaults, those of the code; an installation or a local mesh lays its own over them. @see istio pkg/config/mesh */
export const defaultMeshConfig: MeshConfig = {
  proxyListenPort: 15001,
  proxyInboundListenPort: 15006,
  connectTimeout: '10s',
  protocolDetectionTimeout: '0s',
  ingressClass: 'istio',
  ingressService: 'istio-ingressgateway',
  ingressControllerMode: 'STRICT',
  enableTracing: true,
  accessLogFile: '',
  accessLogFormat: '',
  accessLogEncoding: 'TEXT',
  enableEnvoyAccessLogService: false,
  defaultConfig: defaultProxyConfig,
  outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
  inboundTrafficPolicy: { mode: 'PASSTHROUGH' },
  enableAutoMtls: true,
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  defaultServiceExportTo: ['*'],
  defaultVirtualServiceExportTo: ['*'],
  defaultDestinationRuleExportTo: ['*'],
  rootNamespace: 'istio-system',
  localityLbSetting: { enabled: true },
  // Used after failed lookups only; on success the TTL counts. Envoy's own 5s would overload DNS servers.
  dnsRefreshRate: '60s',
  serviceSettings: [],
  enablePrometheusMerge: true,
  defaultProviders: {},
  extensionProviders: [
    { name: 'prometheus', prometheus: {} },
    { name: 'stackdriver', stackdriver: {} },
    { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
  ],
}
