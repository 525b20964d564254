/** Every error this package makes; codes 0500-0549. */
import { MeshError } from '@istio-ts/foundation'

/** A peer sent bytes that are no xDS message. */
export const malformedMessage = (what: string, offset: number, cause?: unknown): MeshError => new MeshError({
  code: 'MESH0501',
  message: `The xDS message cannot be read: ${what} at byte ${offset}.`,
  remedy: 'The stream was closed; check that the peer speaks xDS v3.',
  cause,
})

/** A peer broke a limit. */
export const limitExceeded = (what: string, limit: number): MeshError => new MeshError({
  code: 'MESH0502',
  message: `The xDS client exceeded a limit: ${what} (limit ${limit}).`,
  remedy: 'The stream was closed; raise the limit only if the client is one of yours.',
})

/** A snapshot breaks one of its laws: a bug of the generator. */
export const inconsistentSnapshot = (findings: readonly string[]): MeshError => new MeshError({
  code: 'MESH0503',
  message: `The snapshot is not consistent: ${findings.slice(0, 5).join('; ')}.`,
  remedy: 'It was not served and proxies keep what they have; this is a bug, please report it.',
})

/** A port could not be bound. */
export const cannotListen = (address: string, cause: unknown): MeshError => new MeshError({
  code: 'MESH0504',
  message: `The xDS server cannot listen on ${address}: ${cause instanceof Error ? cause.message : String(cause)}.`,
  remedy: 'Stop the other owner of the port or choose another one.',
  cause,
})
