/** Secrets as SDS resources; key material comes from the edge, a view never holds it. */
import type { Message } from '../wire/message.ts'

/** A certificate chain and its key, PEM. */
export const certificateSecret = (name: string, certificateChain: Uint8Array, privateKey: Uint8Array): Message => ({
  name, tlsCertificate: { certificateChain: { inlineBytes: certificateChain }, privateKey: { inlineBytes: privateKey } },
})

/** Trusted roots, PEM. */
export const rootsSecret = (name: string, roots: Uint8Array): Message => ({ name, validationContext: { trustedCa: { inlineBytes: roots } } })
