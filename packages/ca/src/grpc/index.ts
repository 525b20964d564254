/** Certificates over gRPC, Istio's service. */
export { certificateService, type CertificateRequestMessage, type CertificateResponseMessage } from './certificate-method.ts'
export { addCertificateService, type CertificateServerDeps } from './certificate-server.ts'
export { requestCertificate, type CertificateClientOptions, type ObtainedCertificate } from './request-certificate.ts'
