/** Istio's rules for the mesh configuration, one by one. */
export { checkMeshConfig, checkProtocolDetectionTimeout, checkServiceSettings, checkTrustDomain } from './mesh-config.ts'
export { checkMeshNetworks } from './mesh-networks.ts'
export { checkConnectionSettings, checkControlPlaneAuthPolicy, checkProxyConfig } from './proxy-config.ts'
export { checkExtAuthzGrpc, checkExtAuthzHttp, checkLightstepProvider, checkOpenTelemetry, checkProviderService, checkServiceName } from './extension-provider.ts'
export { checkInboundRetry } from './retry.ts'
export { checkDefaultTrafficPolicy } from './traffic-policy.ts'
