/** Free ports on loopback. */
import { createServer } from 'node:net'

/** First and last port that is given away: below the kernel's ephemeral range (32768 up), above the usual services. */
const FIRST = 20_000
const LAST = 32_000

/** True if nobody listens on the port (on loopback or everywhere). */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Finds `count` free ports outside `taken`, beginning at `seed`, so that two meshes look in different places first. */
export async function findFreePorts(count: number, taken: ReadonlySet<number>, seed: number): Promise<readonly number[]> {
  const found: number[] = []
  const span = LAST - FIRST
  for (let i = 0; i < span && found.length < count; i++) {
    const port = FIRST + ((seed + i) % span)
    if (!taken.has(port) && (await isPortFree(port))) found.push(port)
  }
  return found
}
