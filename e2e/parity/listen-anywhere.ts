/** A server of a test on a port of the system's choice. */
import type { Server } from 'node:net'

/** Listens on loopback; resolves with the port. */
export const listenAnywhere = (server: Server): Promise<number> => new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  resolve(typeof address === 'object' && address ? address.port : 0)
}))
