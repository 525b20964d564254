/** Keys and files of the CA, by node:crypto and node:fs. */
export { loadPrivateKey, newPrivateKey, nodeCrypto, type PrivateKey } from './node-crypto.ts'
export { CA_FILES, newRoot, openRoot, signingIdentity, writeSecret, type RootOptions } from './self-signed-root.ts'
export { openTokenKey, signToken, TOKEN_KEY_FILE, type TokenSubject } from './service-account-tokens.ts'
export { certificateFacts, type CertificateFacts } from './certificate-facts.ts'
export { gatewaySecret, type GatewaySecret, type GatewaySecretRef } from './gateway-secret.ts'
