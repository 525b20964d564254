/**
 * Serves certificates to whoever proves an identity. Only for TLS ports: a plaintext port would show tokens to the network.
 * What a caller is told says nothing about why; the reason is in our log.
 */
import { status, type sendUnaryData, type Server, type ServerUnaryCall } from '@grpc/grpc-js'
import { MeshError } from '@istio-ts/foundation'
import type { Telemetry } from '@istio-ts/telemetry'
import type { Authenticator, Credentials } from '../authenticate/authenticator.ts'
import type { Authority } from '../authority/authority.ts'
import { allBlocks } from '../der/pem.ts'
import { caMetrics } from '../metrics.ts'
import { certificateService, type CertificateRequestMessage, type CertificateResponseMessage } from './certificate-method.ts'

type Call = ServerUnaryCall<CertificateRequestMessage, CertificateResponseMessage>

/** What the service needs. */
export interface CertificateServerDeps {
  readonly authority: Authority
  readonly authenticate: Authenticator
  readonly telemetry: Telemetry
  /** What the caller of a call shows; certificates in it are verified. */
  readonly credentialsOf: (call: Call) => Credentials & { readonly address: string }
}

interface Outcome {
  readonly code: status
  readonly details: string
  readonly chain?: readonly string[]
}

/** Adds the service to a gRPC server. */
export function addCertificateService(server: Server, deps: CertificateServerDeps): void {
  const metrics = caMetrics(deps.telemetry.meter, deps.authority.notAfter)
  const { log } = deps.telemetry
  const create = async (call: Call): Promise<Outcome> => {
    metrics.requests.add()
    const credentials = deps.credentialsOf(call)
    const caller = await deps.authenticate(credentials)
    if (!caller || 'refused' in caller) {
      metrics.authenticationFailures.add()
      log.warn('CA: caller is not authenticated', { peer: credentials.address, reason: caller?.refused ?? 'it shows neither a certificate nor a token' })
      return { code: status.UNAUTHENTICATED, details: 'request authenticate failure' }
    }
    // Impersonation needs a node authorizer, which only a cluster has (security.md CA-3).
    if (call.request.metadata && Object.hasOwn(call.request.metadata, 'ImpersonatedIdentity')) {
      log.warn('CA: impersonation refused', { peer: credentials.address, caller: caller.identity })
      return { code: status.UNAUTHENTICATED, details: 'request impersonation authentication failure' }
    }
    return sign(call.request, caller.identity, credentials.address)
  }
  const sign = async (request: CertificateRequestMessage, identity: Parameters<Authority['signCsr']>[1], peer: string): Promise<Outcome> => {
    try {
      const issued = await deps.authority.signCsr(request.csr ?? '', identity, Number(request.validityDuration ?? 0))
      metrics.issued.add()
      log.info('CA: issued a certificate', { peer, namespace: identity.namespace, serviceAccount: identity.serviceAccount, serial: issued.serial })
      return { code: status.OK, details: '', chain: [...allBlocks(issued.chainPem, 'CERTIFICATE'), ...allBlocks(issued.rootsPem, 'CERTIFICATE')] }
    } catch (error) {
      const badRequest = error instanceof MeshError && (error.code === 'MESH0601' || error.code === 'MESH0602')
      if (badRequest) metrics.parseErrors.add()
      else metrics.signErrors.add()
      log.warn('CA: nothing issued', { peer, error })
      return badRequest ? { code: status.INVALID_ARGUMENT, details: 'CSR signing error (the request cannot be used)' } : { code: status.INTERNAL, details: 'CSR signing error' }
    }
  }
  server.addService(certificateService, {
    CreateCertificate(call: Call, done: sendUnaryData<CertificateResponseMessage>) {
      create(call).then(
        ({ code, details, chain }) => (chain ? done(null, { certChain: chain }) : done({ code, details })),
        (error: unknown) => {
          log.error('CA: unexpected failure', { error })
          done({ code: status.INTERNAL, details: 'internal error' })
        },
      )
    },
  })
}
