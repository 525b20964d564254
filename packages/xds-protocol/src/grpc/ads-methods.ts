/** The aggregated discovery service as gRPC sees it; messages stay bytes. */
import type { MethodDefinition } from '@grpc/grpc-js'

/** Bytes in, the same bytes out. */
export const identity = (bytes: Uint8Array): Buffer => (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))

const method = (name: string, service = 'envoy.service.discovery.v3.AggregatedDiscoveryService'): MethodDefinition<Uint8Array, Uint8Array> => ({
  path: `/${service}/${name}`,
  requestStream: true,
  responseStream: true,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
})

/** Service definition for `grpc.Server.addService`. */
export const adsDefinition = {
  StreamAggregatedResources: method('StreamAggregatedResources'),
  DeltaAggregatedResources: method('DeltaAggregatedResources'),
} as const

const SDS = 'envoy.service.secret.v3.SecretDiscoveryService'

/** The secret discovery service: the same messages, one type. */
export const sdsDefinition = {
  StreamSecrets: method('StreamSecrets', SDS),
  DeltaSecrets: method('DeltaSecrets', SDS),
} as const
