/** A program ends with all that it started, and nothing else does. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '@istio-ts/foundation/node'
import { takeDown } from './down.ts'
import { endProcesses } from './end-processes.ts'
import { meshFile, processesFile } from './mesh-files.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts'
import { writeJson } from './state-folder.ts'

const started: ProcessIdentity[] = []
const folders: string[] = []
afterEach(() => {
  for (const one of started.splice(0)) if (isAlive(one)) process.kill(one.pid, 'SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const identify = (pid: number): ProcessIdentity => {
  const identity = identifyProcess(pid)
  if (!identity) throw new Error(`there is no process ${pid}`)
  started.push(identity)
  return identity
}
const wait = 'setInterval(() => {}, 1000)'
const lineOf = (child: ChildProcess): Promise<string> => new Promise((resolve) => void child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim())))
/** Starts a program, and resolves with what it says in one line. */
async function start(script: string): Promise<{ readonly leader: ProcessIdentity; readonly said: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const said = await lineOf(child)
  return { leader: identify(child.pid ?? 0), said, child }
}
/** A program with a child that leads a group of its own; `more` runs in the program. */
const withDetachedChild = (more = '', childScript = wait): Promise<{ readonly leader: ProcessIdentity; readonly said: string; readonly child: ChildProcess }> =>
  start(`const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${childScript}; process.send('up')`)}], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
child.once('message', () => console.log(child.pid)); ${more}`)

it.runIf(process.platform === 'linux')('ends a child that has left the process group', async () => {
  const { leader, said } = await withDetachedChild()
  const child = identify(Number(said))
  await endProcesses(systemClock, [leader], 2000)
  expect([leader, child].map(isAlive)).toEqual([false, false])
})

it.runIf(process.platform === 'linux')('ends it though it does not listen to SIGTERM', { timeout: 15_000 }, async () => {
  const { leader, said } = await withDetachedChild('', `process.on('SIGTERM', () => {}); ${wait}`)
  const child = identify(Number(said))
  await endProcesses(systemClock, [leader], 2000)
  expect(isAlive(child)).toBe(false)
})

it('leaves it to a program to end its child in its own way first', async () => {
  const { leader, child } = await withDetachedChild(`process.on('SIGTERM', () => setTimeout(() => child.kill('SIGUSR2'), 100)); child.once('exit', (code, signal) => { console.log(signal) })`)
  const how = lineOf(child)
  await endProcesses(systemClock, [leader], 4000)
  expect(await how).toBe('SIGUSR2')
})

it('gives what is left of a group time to end in its own way', async () => {
  // The shell ends at once, its child after a while.
  const child = spawn('sh', ['-c', `"$0" -e "$1" & wait`, process.execPath, `process.on('SIGTERM', () => setTimeout(() => { console.log('done'); process.exit() }, 100)); ${wait}; console.log('up')`], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (data: Buffer) => void (text += data.toString()))
  await vi.waitFor(() => expect(text).toContain('up'), { timeout: 8000 })
  await endProcesses(systemClock, [identify(child.pid ?? 0)], 2000)
  await vi.waitFor(() => expect(text).toContain('done'), { timeout: 2000 })
})

it('leaves the group of somebody alone who got the pid of a dead leader', async () => {
  const { leader, child } = await start(`process.on('SIGUSR2', () => console.log('here')); console.log('up'); ${wait}`)
  await endProcesses(systemClock, [{ ...leader, startTime: '1' }], 100)
  const answer = lineOf(child)
  process.kill(leader.pid, 'SIGUSR2')
  expect(await answer).toBe('here')
})

it.runIf(process.platform === 'linux')('takes a mesh down with such a child where no supervisor lives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'down-'))
  folders.push(folder)
  mkdirSync(join(folder, 'run'))
  const { leader, said } = await withDetachedChild()
  const child = identify(Number(said))
  writeJson(meshFile(folder), { name: 'm', folder })
  writeJson(processesFile(folder), { 'app/default/x': { ...leader, version: '1', restarts: 0 } })
  await takeDown(systemClock, folder)
  expect([leader, child].map(isAlive)).toEqual([false, false])
})
