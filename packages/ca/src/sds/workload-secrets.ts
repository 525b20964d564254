/** A workload's own certificate and trust anchors as the SDS secrets that Istio's clusters and listeners name. */

/** Name of the secret with certificate and key. */
export const WORKLOAD_SECRET = 'default'
/** Name of the secret with the trust anchors. */
export const ROOT_SECRET = 'ROOTCA'

/** Key material of a workload. */
export interface WorkloadKeyMaterial {
  readonly chainPem: string
  readonly privateKeyPem: string
  readonly rootsPem: string
}

/** Proto-JSON form of `envoy.extensions.transport_sockets.tls.v3.Secret`, as `@istio-ts/api-types/envoy` encodes it. */
export interface SecretMessage {
  readonly name: string
  readonly tlsCertificate?: { readonly certificateChain: { readonly inlineBytes: Uint8Array }; readonly privateKey: { readonly inlineBytes: Uint8Array } }
  readonly validationContext?: { readonly trustedCa: { readonly inlineBytes: Uint8Array } }
}

const utf8 = new TextEncoder()

/** A chain and its key, PEM. */
export const certificateSecret = (name: string, chain: Uint8Array, key: Uint8Array): SecretMessage => ({ name, tlsCertificate: { certificateChain: { inlineBytes: chain }, privateKey: { inlineBytes: key } } })

/** Trust anchors, PEM. */
export const rootsSecret = (name: string, roots: Uint8Array): SecretMessage => ({ name, validationContext: { trustedCa: { inlineBytes: roots } } })

/** Both secrets. They hold a private key: they go to the own proxy, never into a dump. */
export const workloadSecrets = (material: WorkloadKeyMaterial): readonly SecretMessage[] => [
  certificateSecret(WORKLOAD_SECRET, utf8.encode(material.chainPem), utf8.encode(material.privateKeyPem)),
  rootsSecret(ROOT_SECRET, utf8.encode(material.rootsPem)),
]
