/** Every error this package makes; codes 0600-0649. What a remote caller is told is less: see `grpc/`. */
import { MeshError } from '@istio-ts/foundation'

/** A certificate request cannot be used. */
export const unusableRequest = (what: string, cause?: unknown): MeshError => new MeshError({
  code: 'MESH0601',
  message: `The certificate request cannot be used: ${what}.`,
  remedy: 'Send one PKCS#10 request in PEM form, signed by its own EC (P-256, P-384) or RSA (2048 bits or more) key.',
  cause,
})

/** A lifetime that makes no sense. */
export const badLifetime = (seconds: number): MeshError => new MeshError({
  code: 'MESH0602',
  message: `A certificate cannot live for ${seconds} seconds.`,
  remedy: 'Ask for a positive lifetime, or 0 for the default.',
})

/** The caller could not prove who it is. */
export const unauthenticated = (reason: string): MeshError => new MeshError({
  code: 'MESH0603',
  message: `The caller is not authenticated: ${reason}.`,
  remedy: 'Present a valid client certificate of this mesh or a token with audience istio-ca.',
})

/** The CA's own certificate is over. */
export const authorityExpired = (): MeshError => new MeshError({
  code: 'MESH0604',
  message: 'The certificate of the CA has expired; nothing can be issued.',
  remedy: 'Replace the CA key and certificate (for a local mesh: `istioctl local down`, remove its state folder, `up`).',
})

/** Key files that cannot be used. */
export const unusableKeyFile = (file: string, what: string, cause?: unknown): MeshError => new MeshError({
  code: 'MESH0605',
  message: `The key file ${file} cannot be used: ${what}.`,
  remedy: 'Restore the file, or remove the folder it is in to begin with a new CA (all certificates are then issued anew).',
  cause,
})

/** The CA could not be reached or refused. */
export const certificateRefused = (address: string, detail: string, cause?: unknown): MeshError => new MeshError({
  code: 'MESH0606',
  message: `The CA at ${address} issued no certificate: ${detail}.`,
  remedy: 'Check that istiod runs and that the token file is the one made for this workload; it is tried again.',
  cause,
})
