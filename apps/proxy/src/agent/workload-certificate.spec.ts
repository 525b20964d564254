/** Who has no certificate says so: at once if it was refused, and when it lasts if istiod is only not there yet. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { manualClock, type ManualClock } from '@istio-ts/foundation'
import { newRoot } from '@istio-ts/ca/node'
import type { ProxyBootstrap } from '../bootstrap.ts'
import { WorkloadCertificate } from './workload-certificate.ts'

let folder: string
let clock: ManualClock
let certificate: WorkloadCertificate | undefined
let said: string[]

/** Nobody listens on it any more. */
const closedPort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

/** The n-th failure has been told; tells which way. */
const told = async (n: number): Promise<string | undefined> => {
  await expect.poll(() => said.length, { timeout: 5000 }).toBe(n)
  return said.at(-1)
}

function start(port: number, tokenFile = join(folder, 'token')): void {
  const bootstrap: ProxyBootstrap = {
    node: { id: 'sidecar~127.0.0.1~a.default~default.svc.cluster.local', metadata: {} }, engine: 'istio-ts', serverName: 'istiod.istio-system.svc', trustDomain: 'cluster.local', bindAddress: '127.0.0.1', adminPort: 15000,
    caAddress: `127.0.0.1:${port}`, tokenFile, rootCertFile: join(folder, 'root.pem'), maxReconnectMs: 5000, renewalRatio: 0.5, drainMs: 0, explain: false,
  }
  certificate = new WorkloadCertificate(bootstrap, {
    clock, random: () => 0, onCertificate: () => undefined,
    onError: ({ code }) => void said.push(`error ${code}`),
    onWaiting: ({ code, message }) => void said.push(`waiting ${code} ${/ECONNREFUSED/.exec(message)?.[0] ?? message}`),
  })
  certificate.start()
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  // Real time to begin with: it is the deadline of calls.
  clock = manualClock(Date.now())
  said = []
  writeFileSync(join(folder, 'token'), 'x.y.z')
  writeFileSync(join(folder, 'root.pem'), (await newRoot(clock, { organization: 'cluster.local' })).certificatePem)
})
afterEach(() => {
  certificate?.close()
  rmSync(folder, { recursive: true })
})

it('waits for an istiod that is starting, and complains when it does not come', async () => {
  start(await closedPort())
  expect(await told(1)).toBe('waiting MESH0923 ECONNREFUSED')
  clock.advance(4999)
  expect(await told(2)).toBe('waiting MESH0923 ECONNREFUSED')
  clock.advance(1000)
  expect(await told(3)).toBe('error MESH0923')
})

it('waits as well for the roots that a new istiod writes', async () => {
  rmSync(join(folder, 'root.pem'))
  start(await closedPort())
  expect(await told(1)).toMatch(/^waiting MESH0923 no workload certificate .* ENOENT/)
  clock.advance(5000)
  expect(await told(2)).toBe('error MESH0923')
})

it('complains at once about what no waiting will mend', async () => {
  start(await closedPort(), join(folder, 'no-token'))
  expect(await told(1)).toBe('error MESH0923')
})
