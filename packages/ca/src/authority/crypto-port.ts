/** What the CA needs of cryptography; made by `./node` from node:crypto, or by tests. */
import type { CertificateRequest } from '../csr/parse-csr.ts'

/** Pure functions over keys; none keeps state. */
export interface CryptoPort {
  /** True if the request is signed by its own key (proof of possession). */
  verify(request: CertificateRequest): boolean
  /** SHA-1 of the key bits: the usual key identifier (RFC 5280 4.2.1.2), not a protection. */
  keyId(publicKey: Uint8Array): Uint8Array
  randomBytes(count: number): Uint8Array
}
