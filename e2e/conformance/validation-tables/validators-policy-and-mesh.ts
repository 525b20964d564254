/** Security, telemetry, extensions and the mesh configuration: the name of each table's validator, and ours of the same meaning. */
import { checkTelemetryFilter } from '../../../packages/api-types/src/istio/telemetry/rules.ts'
import { AuthorizationPolicy, PeerAuthentication, RequestAuthentication, Telemetry, TrafficExtension, WasmPlugin } from '../../../packages/api-types/src/istio/index.ts'
import type { Kind } from '../../../packages/api-types/src/kind.ts'
import * as mesh from '../../../packages/api-types/src/mesh-config/validate/index.ts'
import type { Resource } from '../../../packages/api-types/src/resource.ts'
import { checks, checksOptional, type RowValidator } from './row.ts'

/** A kind as a whole: metadata, the guard against other messages, and its rules. */
const kind =
  (of: Kind): RowValidator =>
  (row) => {
    const metadata = { name: '', namespace: '', ...row.metadata }
    const resource: Resource = { cluster: '', apiVersion: '', kind: row.specMessage ?? of.kind, metadata, spec: row.spec }
    return of.validate(resource, { rootNamespace: 'istio-system' }).map((finding) => ({ finding, path: [] }))
  }

/** The table. */
export const validators: Readonly<Record<string, RowValidator>> = {
  ValidateAuthorizationPolicy: kind(AuthorizationPolicy),
  ValidatePeerAuthentication: kind(PeerAuthentication),
  ValidateRequestAuthentication: kind(RequestAuthentication),
  ValidateTelemetry: kind(Telemetry),
  ValidateTrafficExtension: kind(TrafficExtension),
  ValidateWasmPlugin: kind(WasmPlugin),
  validateTelemetryFilter: checks(checkTelemetryFilter),

  ValidateMeshConfig: checks(mesh.checkMeshConfig),
  ValidateMeshConfigProxyConfig: checks(mesh.checkProxyConfig),
  ValidateMeshNetworks: checks(mesh.checkMeshNetworks),
  ValidateControlPlaneAuthPolicy: checks(mesh.checkControlPlaneAuthPolicy),
  ValidateProtocolDetectionTimeout: checksOptional(mesh.checkProtocolDetectionTimeout),
  validateServiceSettings: checks(mesh.checkServiceSettings),
  validateConnectionSettings: checksOptional(mesh.checkConnectionSettings),
  validateMeshConfigDefaultInboundHTTPRetryPolicy: checksOptional(mesh.checkInboundRetry),
  validateMeshConfigDefaultTrafficPolicy: checksOptional(mesh.checkDefaultTrafficPolicy),

  validateExtensionProviderService: checks(mesh.checkServiceName),
  validateExtensionProviderTracingZipkin: checks(mesh.checkProviderService),
  validateExtensionProviderTracingDatadog: checks(mesh.checkProviderService),
  validateExtensionProviderTracingLightStep: checks(mesh.checkLightstepProvider),
  validateExtensionProviderTracingOpenCensusAgent: checks(mesh.checkProviderService),
  validateExtensionProviderTracingSkyWalking: checks(mesh.checkProviderService),
  ValidateExtensionProviderTracingOpentelemetry: checks(mesh.checkOpenTelemetry),
  ValidateExtensionProviderEnvoyExtAuthzHTTP: checks(mesh.checkExtAuthzHttp),
  ValidateExtensionProviderEnvoyExtAuthzGRPC: checks(mesh.checkExtAuthzGrpc),
  ValidateExtensionProviderEnvoyOtelAls: checks(mesh.checkProviderService),
  ValidateExtensionProviderEnvoyHTTPAls: checks(mesh.checkProviderService),
  ValidateExtensionProviderEnvoyTCPAls: checks(mesh.checkProviderService),
}
