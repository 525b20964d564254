/** Every MeshError of the IO engines, in one place (codes MESH0700-0719). */
import { MeshError } from '@istio-ts/foundation'
import { formatAddress, type Address } from './io-engine.ts'

/** MESH0700: somebody else owns the address. */
export const addressInUse = (address: Address, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0700',
    message: `${formatAddress(address)} is in use by another process; nothing listens there for us.`,
    remedy: `Stop its owner (ss -ltnp shows it) or choose another port.`,
    cause,
  })

/** MESH0701: the address belongs to no interface of this machine. */
export const addressNotAvailable = (address: Address, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0701',
    message: `${formatAddress(address)} is not an address of this machine; nothing listens there.`,
    remedy: 'Bind to an address that `ip address` shows.',
    cause,
  })

/** MESH0702: the kernel refuses the address to this user. */
export const addressForbidden = (address: Address, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0702',
    message: `this user may not bind ${formatAddress(address)}; nothing listens there.`,
    remedy: 'Choose a port above 1023 or grant CAP_NET_BIND_SERVICE.',
    cause,
  })

/** MESH0703: any other failure to listen. */
export const cannotListen = (address: Address, cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0703',
    message: `cannot listen on ${formatAddress(address)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'Check the address and the limits of this process.',
    cause,
  })

/** MESH0704: a TLS context cannot be made of its PEM texts or options. */
export const badTlsContext = (cause: unknown): MeshError =>
  new MeshError({
    code: 'MESH0704',
    message: `the certificate, key or trust anchors are not usable: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'Check that the PEM texts are complete and that the key belongs to the certificate.',
    cause,
  })

/** MESH0705: a stream or context of another engine was given to this one. */
export const foreignObject = (what: string, engine: string): MeshError =>
  new MeshError({
    code: 'MESH0705',
    message: `a ${what} that engine \`${engine}\` did not make was given to it.`,
    remedy: 'This is a bug; please report it.',
  })
