/** What can go wrong at run time besides the user's configuration; codes MESH0750-0779. */
import { MeshError } from '@istio-ts/foundation'

/** MESH0750: a listener could not be bound. */
export const listenFailed = (listener: string, address: string, cause: unknown): MeshError =>
  new MeshError({ code: 'MESH0750', message: `listener ${listener} cannot listen on ${address}: ${cause instanceof Error ? cause.message : String(cause)}`, remedy: 'Free the address or choose another one.', cause })

/** MESH0751: a filter or codec callback threw; the stream is reset and the proxy goes on. */
export const callbackThrew = (where: string, cause: unknown): MeshError =>
  new MeshError({ code: 'MESH0751', message: `${where} threw: ${cause instanceof Error ? cause.message : String(cause)}`, remedy: 'This is a bug; please report it.', cause })
