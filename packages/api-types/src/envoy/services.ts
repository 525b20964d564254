/** The gRPC methods that a mesh speaks, as data: their paths, their messages and whether they stream. */
import { SERVICES } from './gen/services.ts'

export { SERVICES }

/** One gRPC method. */
export interface RpcMethod {
  /** `/package.Service/Method` */
  readonly path: string
  /** Full name of the request message. */
  readonly request: string
  /** Full name of the response message. */
  readonly response: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}

const ADS = SERVICES['envoy.service.discovery.v3.AggregatedDiscoveryService']
const SDS = SERVICES['envoy.service.secret.v3.SecretDiscoveryService']

/** Aggregated discovery, state of the world. */
export const ADS_STREAM = ADS.StreamAggregatedResources
/** Aggregated discovery, delta. */
export const ADS_DELTA = ADS.DeltaAggregatedResources
/** Secrets, state of the world. */
export const SDS_STREAM = SDS.StreamSecrets
/** Secrets, delta. */
export const SDS_DELTA = SDS.DeltaSecrets
/** Istio's certificate signing. */
export const CREATE_CERTIFICATE = SERVICES['istio.v1.auth.IstioCertificateService'].CreateCertificate
