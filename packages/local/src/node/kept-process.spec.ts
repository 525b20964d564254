import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Clock } from '@istio-ts/foundation'
import { systemClock } from '@istio-ts/foundation/node'
import type { LaunchItem } from '../launch/launch-plan.ts'
import { findFreePorts, isPortFree } from './free-port.ts'
import { KeptProcess } from './kept-process.ts'
import { identifyProcess, isAlive } from './process-identity.ts'

const kept: KeptProcess[] = []
let folder = ''
let servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-process-'))
})
afterEach(async () => {
  for (const process of kept.splice(0)) await process.stop(2000)
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true })
  servers = []
})

const item = (script: string, overrides: Partial<LaunchItem> = {}): LaunchItem => ({
  id: 'app/default/x', role: 'app', command: [process.execPath, '-e', script], cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, version: '1', needsPorts: [], check: { kind: 'none' }, ...overrides,
})
function keep(wanted: LaunchItem, record?: ConstructorParameters<typeof KeptProcess>[2], clock: Clock = systemClock): KeptProcess {
  const made = new KeptProcess({ clock, logFile: () => join(folder, 'x.log'), log: () => {}, onChange: () => {} }, wanted, record)
  kept.push(made)
  return made
}
const freePort = async (): Promise<number> => (await findFreePorts(1, new Set(), Math.floor(process.pid * 7) % 9000))[0] ?? 0
const listen = (port: number): string => `require('net').createServer().listen(${port}, '127.0.0.1')`

it('is ready when its check holds, and writes to its log', async () => {
  const port = await freePort()
  const made = keep(item(`console.log('hello'); ${listen(port)}`, { check: { kind: 'tcp', port } }))
  await made.start()
  await vi.waitFor(async () => {
    await made.tick()
    expect(made.ready).toBe(true)
  }, { timeout: 8000 })
  expect(readFileSync(join(folder, 'x.log'), 'utf8')).toContain('hello')
})

it('starts again what dies, after a pause, and counts it', async () => {
  const made = keep(item('setTimeout(() => process.exit(3), 50)'))
  await made.start()
  await vi.waitFor(() => expect(made.problem).toMatchObject({ kind: 'exited', detail: 'ended with code 3' }), { timeout: 8000 })
  expect(made.restarts).toBe(1)
  await vi.waitFor(() => expect(made.identity).toBeDefined(), { timeout: 8000 })
})

it('does not start while another program holds its port, and says which', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const made = keep(item(listen(port), { needsPorts: [port] }))
  await made.start()
  expect(made.problem).toEqual({ kind: 'port-in-use', detail: `port ${port} is in use`, port })
  expect(made.identity).toBeUndefined()
})

it('says that a program is missing', async () => {
  const made = keep({ ...item(''), command: ['/no/such/program'] })
  await made.start()
  await vi.waitFor(() => expect(made.problem?.kind).toBe('cannot-start'), { timeout: 8000 })
})

it('adopts what a dead supervisor left, and notices its death', async () => {
  const first = keep(item('setInterval(() => {}, 1000)'))
  await first.start()
  const second = keep(item('setInterval(() => {}, 1000)'), first.record)
  expect(second.identity).toEqual(first.identity)
  process.kill(first.identity?.pid ?? 0, 'SIGKILL')
  await vi.waitFor(async () => {
    await second.tick()
    expect(second.restarts).toBe(1)
  }, { timeout: 8000 })
  await first.stop(100)
})

it('does not adopt another process that got the same pid', () => {
  const other = identifyProcess(process.pid)!
  expect(isAlive({ pid: other.pid, startTime: '1' })).toBe(false)
  expect(keep(item('0'), { pid: other.pid, startTime: '1', version: '1', restarts: 4 }).identity).toBeUndefined()
})

it('ends the children of a shell too', async () => {
  const port = await freePort()
  const made = keep({ ...item(''), command: ['sh', '-c', `"${process.execPath}" -e "${listen(port)}" & wait`] })
  await made.start()
  await vi.waitFor(async () => expect(await isPortFree(port)).toBe(false), { timeout: 8000 })
  await made.stop(2000)
  await vi.waitFor(async () => expect(await isPortFree(port)).toBe(true), { timeout: 4000 })
})

it('keeps the successor when the end of the old program is told late', async () => {
  // A busy supervisor: the old process ends while the loop is blocked, so its successor starts before the event is delivered.
  const blocked = { ...systemClock, after: (_ms: number, run: () => void) => systemClock.after(0, () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    run()
  }) }
  const port = await freePort()
  const made = keep(item(`process.on('SIGTERM', () => setTimeout(() => process.exit(0), 40)); ${listen(port)}`, { check: { kind: 'tcp', port } }), undefined, blocked)
  await made.start()
  await vi.waitFor(async () => {
    await made.tick()
    expect(made.ready).toBe(true)
  }, { timeout: 8000 })
  await made.update(item('setInterval(() => {}, 1000)', { version: '2' }))
  const { identity } = made
  expect(identity).toBeDefined()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(made.identity).toBe(identity)
  expect(made.restarts).toBe(0)
})

it('asks a ready program seldom over HTTP, for each time may be a line in its log; a program that is not ready at every tick', async () => {
  let asked = 0
  let status = 503
  const server = createHttpServer((_, response) => {
    asked++
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  let time = 0
  const clock = { ...systemClock, monotonic: () => time }
  const made = keep(item('setInterval(() => {}, 1000)', { check: { kind: 'http', port, path: '/healthz' } }), undefined, clock)
  await made.start()
  const ticks = async (seconds: number): Promise<number> => {
    const before = asked
    for (let i = 0; i < seconds * 5; i++) {
      time += 200
      await made.tick()
    }
    return asked - before
  }
  expect(await ticks(2)).toBe(10)
  status = 200
  await ticks(1)
  expect(made.ready).toBe(true)
  expect(await ticks(60)).toBeLessThanOrEqual(13)
  // It is noticed all the same when it is ready no more, and asked more often then.
  status = 503
  await ticks(6)
  expect(made.ready).toBe(false)
})

it.each([['no/such/folder', 'does not exist'], ['a-file', 'is no folder']])('says of a program whose folder is %s that it %s', async (cwd, words) => {
  writeFileSync(join(folder, 'a-file'), '')
  const made = keep(item('', { cwd: join(folder, cwd) }))
  await made.start()
  await vi.waitFor(() => expect(made.problem).toMatchObject({ kind: 'cannot-start', detail: expect.stringContaining(words) }), { timeout: 8000 })
})

it('says that an environment is too large, and goes on', async () => {
  const made = keep(item('', { env: { LARGE: 'x'.repeat(4 << 20) } }))
  await made.start()
  await vi.waitFor(() => expect(made.problem?.detail).toContain('too large'), { timeout: 8000 })
})
