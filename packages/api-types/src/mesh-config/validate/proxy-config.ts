/** Istio's rules for the mesh's ProxyConfig. */
import { parseDuration } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { checkPort, checkProxyAddress } from '../../validation/addresses.ts'
import { checkClientTls } from '../../validation/client-tls.ts'
import { checkDrainDuration } from '../../validation/durations.ts'
import type { Findings } from '../../validation/findings.ts'
import type { MeshProxyConfigOverlay } from '../proxy-config.ts'

/** All findings of a ProxyConfig in force, that is with the defaults filled in. */
export function checkProxyConfig(config: MeshProxyConfigOverlay, at: Findings): void {
  if (!config.configPath) at.at('configPath').add(found.missing('config path must be set'))
  if (!config.binaryPath) at.at('binaryPath').add(found.missing('binary path must be set'))
  if (config.serviceCluster === '') at.at('serviceCluster').add(found.missing('service cluster must be specified'))
  if (config.serviceCluster === undefined && config.tracingServiceName === undefined) at.add(found.missing('oneof service cluster or tracing service name must be specified'))
  checkDrainDuration(config.drainDuration, at.at('drainDuration'))
  checkAddresses(config, at)
  checkTracing(config.tracing, at.at('tracing'))
  checkPort(config.proxyAdminPort ?? 0, at.at('proxyAdminPort'))
  checkControlPlaneAuthPolicy(config.controlPlaneAuthPolicy, at.at('controlPlaneAuthPolicy'))
  checkPort(config.statusPort ?? 0, at.at('statusPort'))
  if (config.privateKeyProvider) checkPrivateKeyProvider(config.privateKeyProvider, at.at('privateKeyProvider'))
  checkConnectionSettings(config.connectionSettings, at.at('connectionSettings'))
}

function checkAddresses(config: MeshProxyConfigOverlay, at: Findings): void {
  const { discoveryAddress, statsdUdpAddress, envoyMetricsServiceAddress, envoyMetricsService, envoyAccessLogService } = config
  // Without discovery there is no mutual TLS, so it is no option.
  if (!discoveryAddress) at.at('discoveryAddress').add(found.missing('discovery address must be set to the proxy discovery service'))
  else checkProxyAddress(discoveryAddress, at.at('discoveryAddress'))
  if (statsdUdpAddress) checkProxyAddress(statsdUdpAddress, at.at('statsdUdpAddress'))
  if (envoyMetricsServiceAddress) checkProxyAddress(envoyMetricsServiceAddress, at.at('envoyMetricsServiceAddress'))
  if (envoyMetricsService?.address) checkProxyAddress(envoyMetricsService.address, at.at('envoyMetricsService').at('address'))
  if (envoyAccessLogService?.address) checkProxyAddress(envoyAccessLogService.address, at.at('envoyAccessLogService').at('address'))
}

function checkTracing(tracing: MeshProxyConfigOverlay['tracing'], at: Findings): void {
  if (!tracing) return
  if (tracing.lightstep) checkLightstep(tracing.lightstep, at.at('lightstep'))
  if (tracing.zipkin) checkCollector(tracing.zipkin.address, at.at('zipkin').at('address'))
  if (tracing.datadog) checkCollector(tracing.datadog.address, at.at('datadog').at('address'))
  if (tracing.tlsSettings) checkClientTls(tracing.tlsSettings, at.at('tlsSettings'))
  at.entries('customTags', tracing.customTags, (tag, place, name) => {
    if (tag === null) place.add(found.missing(`encountered nil value for custom tag: ${name}`))
  })
}

/** The node's address is filled in by the injector. */
const checkCollector = (address: string | undefined, at: Findings): void => checkProxyAddress((address ?? '').replace('$(HOST_IP)', '127.0.0.1'), at)

function checkLightstep({ address = '', accessToken }: { readonly address?: string; readonly accessToken?: string }, at: Findings): void {
  if (address === '') at.at('address').add(found.missing('address is required'))
  else checkProxyAddress(address, at.at('address'))
  if (!accessToken) at.at('accessToken').add(found.missing('access token is required'))
}

/** The control plane authenticates proxies by mutual TLS or not at all; a mesh has nothing to inherit from. */
export function checkControlPlaneAuthPolicy(policy: string | number | undefined, at: Findings): void {
  if (policy !== undefined && !['NONE', 'MUTUAL_TLS', 0, 1].includes(policy)) at.add(found.unsupported(`unrecognized control plane auth policy ${JSON.stringify(policy)}`, 'Write NONE or MUTUAL_TLS.'))
}

function checkPrivateKeyProvider(provider: NonNullable<MeshProxyConfigOverlay['privateKeyProvider']>, at: Findings): void {
  if (!provider.cryptomb && !provider.qat) at.add(found.missing('private key provider configuration is required'))
  for (const name of ['cryptomb', 'qat'] as const) {
    const settings = provider[name]
    if (!settings) continue
    const place = at.at(name).at('pollDelay')
    if (settings.pollDelay === undefined) place.add(found.missing('pollDelay is required'))
    else if (parseDuration(settings.pollDelay) === 0) place.add(found.invalidDuration('pollDelay must be non zero'))
  }
}

const INT32_MAX = 2 ** 31 - 1
/** RFC 9113 6.9.2: the window every HTTP/2 connection begins with; Envoy takes no smaller one. */
const HTTP2_WINDOW = 65_535

const DURATIONS = [
  'httpIdleTimeout', 'httpMaxConnectionDuration', 'httpDrainTimeout', 'httpRequestTimeout', 'httpRequestHeadersTimeout', 'httpStreamIdleTimeout',
  'httpMaxStreamDuration',
] as const

const RANGES = [
  ['listenerPerConnectionBufferLimitBytes', 0],
  ['clusterPerConnectionBufferLimitBytes', 0],
  ['httpMaxConcurrentStreams', 1],
  ['http2InitialStreamWindowSize', HTTP2_WINDOW],
  ['http2InitialConnectionWindowSize', HTTP2_WINDOW],
  ['listenerConnectionLimit', 0],
  ['globalDownstreamConnectionLimit', 0],
] as const

/** Rules for `connectionSettings`. */
export function checkConnectionSettings(settings: MeshProxyConfigOverlay['connectionSettings'] | null, at: Findings): void {
  if (!settings) return
  for (const [field, least] of RANGES) {
    const value = settings[field]
    if (value !== undefined && value !== null && !(value >= least && value <= INT32_MAX)) at.at(field).add(found.outOfRange(`${field} must be in range [${least}, ${INT32_MAX}], found ${value}`))
  }
  for (const field of DURATIONS) {
    const value = settings[field]
    if (value !== undefined && value !== null && !((parseDuration(value) ?? -1) >= 0)) at.at(field).add(found.invalidDuration(`${field} must not be negative, found ${value}`))
  }
}
