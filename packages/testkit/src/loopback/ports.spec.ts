/** Ports are free, different, and below those of outgoing connections. */
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { accepts, freePorts } from './ports.ts'

it('gives ports on which one can listen, each once', async () => {
  const ports = [...await freePorts(3), ...await freePorts(3)]
  expect(new Set(ports).size).toBe(6)
  for (const port of ports) {
    expect(port).toBeLessThan(32_768)
    expect(await accepts(port)).toBe(false)
    const server = createServer()
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
    expect(await accepts(port)).toBe(true)
    await new Promise((resolve) => void server.close(resolve))
  }
})
