/** Istio's rules for MeshConfig. */
import { parseDuration } from '@istio-ts/foundation'
import { apiDiagnostics as found } from '../../diagnostics.ts'
import { checkPort } from '../../validation/addresses.ts'
import { trustDomainProblem, wildcardDomainProblem } from '../../validation/domains.ts'
import { checkConnectTimeout } from '../../validation/durations.ts'
import type { Findings } from '../../validation/findings.ts'
import { checkLocalityLb, checkZoneAwareLb } from '../../validation/locality-lb.ts'
import type { MeshConfigOverlay } from '../mesh-config.ts'
import { checkExtensionProviders } from './extension-provider.ts'
import { checkProxyConfig } from './proxy-config.ts'
import { checkInboundRetry } from './retry.ts'
import { checkMeshTls } from './tls.ts'
import { checkDefaultTrafficPolicy } from './traffic-policy.ts'

/** All findings of a MeshConfig in force, that is with the defaults filled in. */
export function checkMeshConfig(mesh: MeshConfigOverlay, at: Findings): void {
  checkPort(mesh.proxyListenPort ?? 0, at.at('proxyListenPort'))
  checkConnectTimeout(mesh.connectTimeout, at.at('connectTimeout'))
  checkProtocolDetectionTimeout(mesh.protocolDetectionTimeout, at.at('protocolDetectionTimeout'))
  if (mesh.defaultConfig) checkProxyConfig(mesh.defaultConfig, at.at('defaultConfig'))
  else at.add(found.missing('missing default config'))
  // Whether a service has outlier detection is not known here.
  checkLocalityLb(mesh.localityLbSetting, true, at.at('localityLbSetting'))
  checkZoneAwareLb(mesh.zoneAwareLbSetting, true, at.at('zoneAwareLbSetting'))
  checkServiceSettings(mesh, at)
  checkTrustDomains(mesh, at)
  checkExtensionProviders(mesh.extensionProviders ?? [], at.at('extensionProviders'))
  checkMeshTls(mesh, at)
  checkInboundRetry(mesh.defaultInboundHttpRetryPolicy, at.at('defaultInboundHttpRetryPolicy'))
  checkDefaultTrafficPolicy(mesh.defaultTrafficPolicy, at.at('defaultTrafficPolicy'))
}

/** 0 turns detection's timeout off; otherwise whole milliseconds. */
export function checkProtocolDetectionTimeout(timeout: string | undefined, at: Findings): void {
  const ms = parseDuration(timeout ?? '0s') ?? Number.NaN
  if (Number.isNaN(ms) || Math.abs(ms - Math.round(ms)) > 1e-7) at.add(found.invalidDuration('only durations to ms precision are supported'))
}

/** Hosts of `serviceSettings` are DNS names or wildcards. */
export function checkServiceSettings(mesh: Pick<MeshConfigOverlay, 'serviceSettings'>, at: Findings): void {
  at.each('serviceSettings', mesh.serviceSettings, (settings, place) => {
    place.each('hosts', settings.hosts, (host, here) => {
      const problem = wildcardDomainProblem(host)
      if (problem !== undefined) here.add(found.invalidHost(problem))
    })
  })
}

function checkTrustDomains(mesh: MeshConfigOverlay, at: Findings): void {
  checkTrustDomain(mesh.trustDomain ?? '', at.at('trustDomain'))
  at.each('trustDomainAliases', mesh.trustDomainAliases, checkTrustDomain)
}

/** A trust domain is a DNS name. */
export function checkTrustDomain(domain: string, at: Findings): void {
  const problem = trustDomainProblem(domain)
  if (problem !== undefined) at.add(found.invalidHost(problem, 'Write a DNS name such as cluster.local.'))
}
