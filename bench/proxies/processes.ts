/** Programs under measurement: pinned, started, awaited, and the CPU that they and their children took. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { accepts } from '../../packages/testkit/src/loopback/ports.ts'

/** What a program runs beside: the proxy alone on core 0, load and backends on core 1, so that neither takes the other's time. */
export type Core = 'proxy' | 'load'

const CORES: Readonly<Record<Core, string>> = { proxy: '0', load: '1' }

/** A command line that runs pinned; on a machine with one core there is nothing to pin. */
export const pinned = (core: Core, command: string, args: readonly string[]): readonly [string, readonly string[]] =>
  availableParallelism() < 2 ? [command, args] : ['taskset', ['-c', CORES[core], command, ...args]]

/** A running program. */
export interface Running {
  readonly pid: number
  stop(): Promise<void>
}

const START_MS = 20_000

/** Starts a program and waits until it listens. @throws Error with what it wrote if it does not */
export async function startProgram(core: Core, command: string, args: readonly string[], port: number): Promise<Running> {
  const [file, all] = pinned(core, command, args)
  const child: ChildProcess = spawn(file, all, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  let ended = false
  child.stderr?.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)))
  child.on('error', (error) => (errors += error.message))
  const exit = new Promise<void>((resolve) => child.once('close', () => {
    ended = true
    resolve()
  }))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  const until = Date.now() + START_MS
  while (!(await accepts(port))) {
    if (ended || Date.now() > until) {
      await stop()
      throw new Error(`${command} does not listen on port ${port}: ${errors}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return { pid: child.pid ?? 0, stop }
}

/** CPU (user and system) of a process and its descendants since they started, in microseconds; all threads, so garbage collection and compilation too. */
export function cpuUs(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, one) => sum + ownCpuUs(one), 0)
}

function ownCpuUs(pid: number): number {
  let sum = 0
  for (const task of list(`/proc/${pid}/task`)) sum += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]) / 1000
  return sum
}

/** Processes that a process has started, and those that they have. */
export function descendants(pid: number): readonly number[] {
  const children = list(`/proc/${pid}/task`).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter((text) => text !== '').map(Number))
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Linux counts in ticks of 10 ms. */
const TICKS_PER_SECOND = 100

/** Seconds of CPU (user and system) of one process without its children; all threads, ended ones too. @see proc_pid_stat(5), fields 14 and 15 */
export function ownCpuSeconds(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resident memory of one process, MB. */
export const rssMb = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024

// A thread may end between listing and reading.
const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Runs a program to its end and returns what it printed. @throws Error if it fails */
export function output(core: Core, command: string, args: readonly string[]): Promise<string> {
  const [file, all] = pinned(core, command, args)
  return new Promise((resolve, reject) => {
    const child = spawn(file, all, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (data: Buffer) => (text += data.toString()))
    child.stderr.on('data', (data: Buffer) => (text += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${text.slice(-500)}`))))
  })
}

/** Full path of a program. @throws Error if it is not installed, with the way to get it */
export function program(name: string, from: string): string {
  const found = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
  if (found === '') throw new Error(`${name} is not installed and is needed as a peer: ${from}`)
  return found
}
