/** Ports of loopback for tests and benchmarks with real sockets. */
import { connect, createServer } from 'node:net'

/** Drawn from here: above the usual services, and below 32768, where Linux takes the ports of outgoing connections. */
const [FIRST, SPAN] = [26_000, 6000]

/** What was given away in this process: whoever asked may not listen yet. */
const given = new Set<number>()

/** So many different ports on which nobody listens now; none is given twice in a process. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * SPAN)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

const isFree = (port: number): Promise<boolean> => new Promise((resolve) => {
  const server = createServer()
  server.once('error', () => resolve(false))
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
})

/** True if somebody listens on the port. */
export const accepts = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port })
  const done = (open: boolean): void => {
    socket.destroy()
    resolve(open)
  }
  socket.once('connect', () => done(true)).once('error', () => done(false))
})
