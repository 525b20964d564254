/** Every error istiod makes itself; codes 0980-0989. */
import { MeshError } from '@istio-ts/foundation'

/** The command line or environment is wrong. */
export const badOptions = (mistakes: readonly string[]): MeshError => new MeshError({
  code: 'MESH0980',
  message: `istiod cannot start: ${mistakes.join('; ')}.`,
  remedy: 'See `istiod --help`.',
})

/** A port could not be bound. */
export const cannotServe = (what: string, address: string, cause: unknown): MeshError => new MeshError({
  code: 'MESH0981',
  message: `The ${what} cannot listen on ${address}: ${cause instanceof Error ? cause.message : String(cause)}.`,
  remedy: 'Stop the other owner of the port or choose another one.',
  cause,
})

/** In a local mesh the supervisor makes the token key before it starts istiod. */
export const noTokenKey = (file: string, cause: unknown): MeshError => new MeshError({
  code: 'MESH0982',
  message: `The public key of workload tokens, ${file}, cannot be read.`,
  remedy: 'Start the mesh with `istioctl local up`, which makes it.',
  cause,
})

/** A snapshot broke its laws: a bug of the generator; it is not served. */
export const inconsistent = (findings: readonly string[]): MeshError => new MeshError({
  code: 'MESH0983',
  message: `the snapshot is not consistent: ${findings.slice(0, 3).join('; ')}`,
  remedy: 'This is a bug, please report it with the configuration.',
})
