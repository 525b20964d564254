/** `istio.v1.auth.IstioCertificateService/CreateCertificate` for @grpc/grpc-js. */
import type { MethodDefinition } from '@grpc/grpc-js'
import { CREATE_CERTIFICATE, decode, encode, type Messages } from '@istio-ts/api-types/envoy'

export type CertificateRequestMessage = Messages['istio.v1.auth.IstioCertificateRequest']
export type CertificateResponseMessage = Messages['istio.v1.auth.IstioCertificateResponse']

type Method = MethodDefinition<CertificateRequestMessage, CertificateResponseMessage>

/** Service definition for `grpc.Server.addService`; also the client's method. */
export const certificateService: { readonly CreateCertificate: Method } = {
  CreateCertificate: {
    path: CREATE_CERTIFICATE.path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(encode('istio.v1.auth.IstioCertificateRequest', value)),
    requestDeserialize: (bytes) => decode('istio.v1.auth.IstioCertificateRequest', bytes),
    responseSerialize: (value) => Buffer.from(encode('istio.v1.auth.IstioCertificateResponse', value)),
    responseDeserialize: (bytes) => decode('istio.v1.auth.IstioCertificateResponse', bytes),
  },
}
