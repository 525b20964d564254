/** A real Envoy as a process of its own, with a configuration that is there from the start. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts } from '../../packages/testkit/src/loopback/ports.ts'
import type { Json } from './configuration.ts'

/** A running Envoy. */
export interface RunningEnvoy {
  /** Its access log, of listeners that write to `access.log` in its folder. */
  log(): string
  stop(): Promise<void>
}

/** Starts an Envoy with static resources and waits until its port accepts. @throws Error with what it wrote if it does not start */
export async function launchEnvoy(path: string, folder: string, listeners: readonly Json[], clusters: readonly Json[], port: number): Promise<RunningEnvoy> {
  const log = join(folder, 'access.log')
  const config = join(folder, 'envoy.json')
  writeFileSync(config, JSON.stringify({ node: { id: 'parity', cluster: 'parity' }, staticResources: { listeners, clusters } }))
  const child: ChildProcess = spawn(path, ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error', '--file-flush-interval-msec', '10', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr?.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)))
  const stop = async (): Promise<void> => {
    const exit = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await exit
  }
  const until = Date.now() + 20_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > until) {
      if (child.exitCode === null) await stop()
      throw new Error(`Envoy does not listen: ${errors}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return { log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''), stop }
}
