/** Where a listener listens. */
import type { Message } from '../wire/message.ts'

/** `ip` and port, or `unix:///path` (then the port says nothing). */
export const listenAddress = (bind: string, port: number): Message =>
  bind.startsWith('unix://') ? { pipe: { path: bind.slice('unix://'.length) } } : { socketAddress: { address: bind, portValue: port } }

/** Further addresses of one listener (dual stack). */
export const additionalAddresses = (binds: readonly string[], port: number): Message =>
  binds.length === 0 ? {} : { additionalAddresses: binds.map((bind) => ({ address: listenAddress(bind, port) })) }
