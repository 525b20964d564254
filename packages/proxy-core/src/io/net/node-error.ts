/** Maps the platform's error codes to the engine's words; the only place that knows them. */
import type { MeshError } from '@istio-ts/foundation'
import { addressForbidden, addressInUse, addressNotAvailable, cannotListen } from '../errors.ts'
import type { Address, StreamFailure } from '../io-engine.ts'

/** The `code` of a Node error, or the empty string. */
export const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** What a socket error means to the owner of a stream. */
export function streamFailure(error: unknown): StreamFailure {
  const code = errorCode(error)
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return 'reset'
    case 'ECONNREFUSED':
    case 'ENOENT': // unix socket that is not there
      return 'refused'
    case 'ETIMEDOUT':
      return 'timeout'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EINVAL': // e.g. port 0
      return 'unreachable'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'dns'
    default:
      return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code.startsWith('CERT_') ? 'tls' : 'local'
  }
}

/** What `listen` throws. */
export function listenError(address: Address, error: unknown): MeshError {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return addressInUse(address, error)
    case 'EADDRNOTAVAIL':
      return addressNotAvailable(address, error)
    case 'EACCES':
    case 'EPERM':
      return addressForbidden(address, error)
    default:
      return cannotListen(address, error)
  }
}
