/** The issuing authority: certificates for identities that somebody else has proved. */
import type { Clock, SpiffeId } from '@istio-ts/foundation'
import { formatSpiffeId } from '@istio-ts/foundation'
import { parseCsr, type CertificateRequest } from '../csr/parse-csr.ts'
import { toPem } from '../der/pem.ts'
import { authorityExpired, badLifetime, unusableRequest } from '../errors.ts'
import { checkIdentity } from '../identity/check-identity.ts'
import { emptyName, issueCertificate, organizationName, type AltName, type Issuer } from '../issue/issue-certificate.ts'
import type { CryptoPort } from './crypto-port.ts'

/** An issuer with its own certificate. */
export interface SigningIdentity {
  readonly issuer: Issuer
  /** The issuer's certificate and those between it and the root, without the root; empty if the root itself issues. */
  readonly intermediatesPem: string
  /** Trust anchors that workloads are given, all of them (during a rotation: old and new). */
  readonly rootsPem: string
  /** Epoch milliseconds. */
  readonly notAfter: number
}

/** How long certificates live, in milliseconds. */
export interface AuthorityOptions {
  /** Default 24 h: Istio's `DEFAULT_WORKLOAD_CERT_TTL`. */
  readonly defaultTtlMs: number
  /** Default 90 d: Istio's `MAX_WORKLOAD_CERT_TTL`; longer wishes are cut to it. */
  readonly maxTtlMs: number
  /** How far certificates begin in the past. Default 2 min: Istio's tolerance for clocks that differ. */
  readonly clockSkewMs: number
}

/** A certificate with everything its owner presents and trusts. */
export interface IssuedCertificate {
  /** Leaf first, then intermediates. */
  readonly chainPem: string
  readonly rootsPem: string
  readonly notBefore: number
  readonly notAfter: number
  /** Epoch milliseconds: when it was made; it begins earlier. */
  readonly issuedAt: number
  readonly serial: string
}

/** Issues certificates. */
export interface Authority {
  /**
   * A workload certificate for `caller`, whoever the request names. `lifetimeSeconds` 0 = default.
   * @throws MeshError MESH0601, MESH0602, MESH0604
   */
  signCsr(pem: string, caller: SpiffeId, lifetimeSeconds: number): Promise<IssuedCertificate>
  /** A serving certificate for names of our own (istiod's port). */
  issueServing(publicKey: Uint8Array, names: readonly AltName[], ttlMs?: number): Promise<IssuedCertificate>
  readonly rootsPem: string
  /** Epoch milliseconds of the issuer's end. */
  readonly notAfter: number
}

const defaults: AuthorityOptions = { defaultTtlMs: 24 * 3_600_000, maxTtlMs: 90 * 24 * 3_600_000, clockSkewMs: 120_000 }

/** Makes an authority out of a key. */
export function authority(deps: { readonly signer: SigningIdentity; readonly crypto: CryptoPort; readonly clock: Clock }, options: Partial<AuthorityOptions> = {}): Authority {
  const { signer, crypto, clock } = deps
  const limits = { ...defaults, ...options }
  const issue = async (publicKey: Uint8Array, names: readonly AltName[], ttlMs: number, organization?: string, keyEncipherment = false): Promise<IssuedCertificate> => {
    const now = clock.now()
    if (now >= signer.notAfter) throw authorityExpired()
    // Nothing outlives its issuer: a verifier would refuse the chain anyway, and later.
    const notAfter = Math.min(now + ttlMs, signer.notAfter)
    const notBefore = now - limits.clockSkewMs
    const serial = crypto.randomBytes(16)
    const der = await issueCertificate({
      publicKey, keyId: crypto.keyId(publicKey), names, serial, notBefore, notAfter, isCa: false, keyEncipherment,
      subject: organization === undefined ? emptyName() : organizationName(organization),
    }, signer.issuer)
    return { chainPem: toPem('CERTIFICATE', der) + signer.intermediatesPem, rootsPem: signer.rootsPem, notBefore, notAfter, issuedAt: now, serial: Array.from(serial, (byte) => byte.toString(16).padStart(2, '0')).join('') }
  }
  return {
    rootsPem: signer.rootsPem,
    notAfter: signer.notAfter,
    async signCsr(pem, caller, lifetimeSeconds) {
      const request = proven(parseCsr(pem), crypto)
      checkIdentity(caller)
      if (!Number.isFinite(lifetimeSeconds) || lifetimeSeconds < 0) throw badLifetime(lifetimeSeconds)
      const ttlMs = lifetimeSeconds === 0 ? limits.defaultTtlMs : Math.min(lifetimeSeconds * 1000, limits.maxTtlMs)
      // The one name comes from the caller's proof; `request.askedUris` is deliberately not read here.
      return issue(request.publicKey, [{ uri: formatSpiffeId(caller) }], ttlMs, undefined, request.keyKind === 'rsa')
    },
    issueServing: (publicKey, names, ttlMs = limits.defaultTtlMs) => issue(publicKey, names, Math.min(ttlMs, limits.maxTtlMs), 'istio-ts'),
  }
}

function proven(request: CertificateRequest, crypto: CryptoPort): CertificateRequest {
  if (!crypto.verify(request)) throw unusableRequest('it is not signed by its own key')
  return request
}
