/** A program that a test starts and surely stops: by its pid, also when the test process dies. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { findProgram } from './programs.ts'

/** A running program. */
export interface Child {
  readonly name: string
  readonly pid: number
  /** Rejects when the program ends before `stop`, with the end of its log. */
  readonly died: Promise<never>
  /** TERM, after five seconds KILL; idempotent; resolves when the process is gone. */
  stop(): Promise<void>
}

const GRACE_MS = 5000

/** Starts a program whose output goes to a file. Where Debian's setpriv is present the kernel kills the program with the process that started it. */
export function startChild(name: string, program: string, args: readonly string[], log: string): Child {
  const output = openSync(log, 'w')
  const setpriv = findProgram('setpriv')
  const [command, rest] = setpriv === undefined ? [program, args] : [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]]
  const child = spawn(command, [...rest], { stdio: ['ignore', output, output] })
  closeSync(output)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`exit ${code ?? signal}`))
  })
  const died = ended.then((how): never => {
    throw new Error(`${name} ended (${how}): ${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')}`)
  })
  died.catch(() => undefined)
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  return {
    name,
    pid: child.pid ?? -1,
    died,
    stop: async () => {
      process.off('exit', killAtExit)
      await end(child, ended)
    },
  }
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  const killLater = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(killLater)
}
