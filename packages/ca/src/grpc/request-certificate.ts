/** Gets a certificate from a CA for a key that was just made here. */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { createCsr } from '../csr/create-csr.ts'
import { certificateRefused } from '../errors.ts'
import { certificateFacts } from '../node/certificate-facts.ts'
import { newPrivateKey } from '../node/node-crypto.ts'
import type { WorkloadKeyMaterial } from '../sds/workload-secrets.ts'
import { mergeRoots } from '../trust-bundle/trust-bundle.ts'
import { certificateService, type CertificateResponseMessage } from './certificate-method.ts'

/** Whom to ask, and as whom. */
export interface CertificateClientOptions {
  /** `host:port` of the CA's TLS port. */
  readonly address: string
  /** Trust anchors for the CA's own certificate. */
  readonly rootsPem: string
  /** Name to expect in the CA's certificate; default `istiod.istio-system.svc`. */
  readonly serverName?: string
  /** Service account token; absent when a certificate proves the identity. */
  readonly token?: string
  /** A still valid certificate of ours, for renewal without a token. */
  readonly current?: WorkloadKeyMaterial
  /** SPIFFE id to name in the request; what is granted is what the token or certificate proves. */
  readonly uri: string
  /** Default 0: the CA's default (24 h). */
  readonly lifetimeSeconds?: number
  /** Default 10 s. */
  readonly timeoutMs?: number
  /** Epoch milliseconds now. */
  readonly now: number
}

/** Key, chain and anchors, with the times that decide about renewal. */
export interface ObtainedCertificate extends WorkloadKeyMaterial {
  readonly notBefore: number
  readonly notAfter: number
  readonly issuedAt: number
  readonly serial: string
  readonly uri: string
}

/** Makes a key, asks once, and returns everything a proxy needs. @throws MeshError MESH0606 when there is no certificate. */
export async function requestCertificate(options: CertificateClientOptions): Promise<ObtainedCertificate> {
  const key = newPrivateKey()
  const csr = createCsr({ publicKey: key.publicKey, uri: options.uri, sign: key.sign })
  const { certChain = [] } = await call(options, csr)
  const [leaf, ...rest] = certChain
  const root = rest.at(-1)
  if (leaf === undefined || root === undefined) throw certificateRefused(options.address, 'the answer holds no chain')
  const facts = certificateFacts(leaf)
  return {
    privateKeyPem: key.privateKeyPem,
    // The last certificate is the root: trusted, not presented (Istio's own order).
    chainPem: [leaf, ...rest.slice(0, -1)].join(''),
    rootsPem: mergeRoots(options.rootsPem, root),
    notBefore: facts.notBefore,
    notAfter: facts.notAfter,
    issuedAt: options.now,
    serial: facts.serial,
    uri: facts.uris[0] ?? '',
  }
}

function call(options: CertificateClientOptions, csr: string): Promise<CertificateResponseMessage> {
  const { current, token } = options
  const secure = credentials.createSsl(Buffer.from(options.rootsPem), current ? Buffer.from(current.privateKeyPem) : null, current ? Buffer.from(current.chainPem) : null)
  const serverName = options.serverName ?? 'istiod.istio-system.svc'
  const client = new Client(options.address, secure, {
    'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName, 'grpc.enable_http_proxy': 0, 'grpc.enable_channelz': 0, 'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1, 'grpc.use_local_subchannel_pool': 1,
  })
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  const { path, requestSerialize, responseDeserialize } = certificateService.CreateCertificate
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { csr, validityDuration: String(options.lifetimeSeconds ?? 0) }, metadata, { deadline: options.now + (options.timeoutMs ?? 10_000) },
      (error: ServiceError | null, value?: CertificateResponseMessage) => {
        client.close()
        if (value) resolve(value)
        else reject(certificateRefused(options.address, error?.details ?? 'no answer', error))
      })
  })
}
