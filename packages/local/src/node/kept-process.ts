/** One program that is kept running: started, adopted, watched, restarted with growing pauses, stopped. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import type { Cancel, Clock } from '@istio-ts/foundation'
import { restartDelayMs, STEADY_MS } from '../launch/backoff.ts'
import type { LaunchItem } from '../launch/launch-plan.ts'
import { holds } from './check.ts'
import { endProcesses } from './end-processes.ts'
import { isPortFree } from './free-port.ts'
import { rotateLog } from './log-files.ts'
import { identifyProcess, isAlive, killLeftovers, type ProcessIdentity } from './process-identity.ts'

/** What is remembered of a process across a death of the supervisor. */
export interface ProcessRecord extends ProcessIdentity {
  readonly version: string
  readonly restarts: number
}

/** What keeping needs of its owner. */
export interface KeeperDeps {
  readonly clock: Clock
  readonly logFile: (id: string) => string
  readonly log: (line: string) => void
  /** Called whenever the record, the readiness or the problem changes. */
  readonly onChange: () => void
}

/** Why a process does not run, for people. */
export interface KeeperProblem {
  readonly kind: 'port-in-use' | 'cannot-start' | 'exited'
  readonly detail: string
  readonly port?: number
}

/** How long a check may take. */
const CHECK_TIMEOUT_MS = 1000

/** How long after its start a program that is not ready yet is asked at every tick; later on less often. */
const EAGER_MS = 10_000
const SLOW_MS = 1000
/** A ready program is asked over HTTP this seldom: each time may be a line in its own log. Its death is noticed at once all the same. */
const HTTP_RECHECK_MS = 5000

/** Keeps one program running until `stop`. */
export class KeptProcess {
  readonly #deps: KeeperDeps
  #item: LaunchItem
  #identity: ProcessIdentity | undefined
  #startedAt = 0
  #recentRestarts = 0
  #restartAt: Cancel | undefined
  #checking = false
  /** No check before this time (monotonic). */
  #checkAt = 0
  #stopping = false
  restarts = 0
  ready = false
  problem: KeeperProblem | undefined

  /** @param record what an earlier supervisor noted: what still runs is adopted */
  constructor(deps: KeeperDeps, item: LaunchItem, record?: ProcessRecord) {
    this.#deps = deps
    this.#item = item
    this.restarts = record?.restarts ?? 0
    if (record && isAlive(record)) this.#adopt(record)
  }

  get item(): LaunchItem {
    return this.#item
  }

  get identity(): ProcessIdentity | undefined {
    return this.#identity
  }

  /** What to remember; pid 0 while it does not run, so that restarts are counted across a death of the supervisor. */
  get record(): ProcessRecord {
    return { ...(this.#identity ?? { pid: 0, startTime: '' }), version: this.#item.version, restarts: this.restarts }
  }

  /** Starts the program unless it runs; also ends a pause before a restart. */
  async start(): Promise<void> {
    this.#restartAt?.()
    this.#restartAt = undefined
    if (this.#identity || this.#stopping) return
    const busy = await firstBusyPort(this.#item.needsPorts)
    if (this.#identity || this.#stopping) return
    if (busy !== undefined) return this.#failed({ kind: 'port-in-use', detail: `port ${busy} is in use`, port: busy })
    this.#spawn()
  }

  /** Notices a death (of adopted processes too) and asks for readiness. Called a few times a second. */
  async tick(): Promise<void> {
    if (this.#identity && !isAlive(this.#identity)) this.#died('ended')
    if (this.#identity && this.#deps.clock.monotonic() - this.#startedAt > STEADY_MS) this.#recentRestarts = 0
    if (this.#checking || (this.#identity && this.#deps.clock.monotonic() < this.#checkAt)) return
    this.#checking = true
    const ready = this.#identity !== undefined && (await holds(this.#item.check, CHECK_TIMEOUT_MS))
    this.#checking = false
    this.#setReady(ready && this.#identity !== undefined)
    if (this.ready) this.problem = undefined
    this.#checkAt = this.#deps.clock.monotonic() + this.#pauseBetweenChecks()
  }

  #pauseBetweenChecks(): number {
    if (this.ready) return this.#item.role === 'app' && this.#item.check.kind === 'http' ? HTTP_RECHECK_MS : SLOW_MS
    return this.#deps.clock.monotonic() - this.#startedAt < EAGER_MS ? 0 : SLOW_MS
  }

  /** Resolves when it and what it started have ended; see {@link endProcesses}. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    this.#restartAt?.()
    if (!this.#identity) return
    await endProcesses(this.#deps.clock, [this.#identity], graceMs)
    this.#identity = undefined
    this.#setReady(false)
  }

  /** Takes what the files now say; a change of version restarts the program. */
  async update(item: LaunchItem): Promise<void> {
    const changed = item.version !== this.#item.version
    this.#item = item
    this.#checkAt = 0
    if (!changed) return
    this.#deps.log(`${item.id}: its definition changed, restarting it`)
    await this.stop(3000)
    this.#stopping = false
    await this.start()
  }

  #adopt(record: ProcessIdentity): void {
    this.#identity = { pid: record.pid, startTime: record.startTime }
    this.#startedAt = this.#deps.clock.monotonic()
    this.#deps.log(`${this.#item.id}: still running as ${record.pid}`)
  }

  #spawn(): void {
    const [program = '', ...args] = this.#item.command
    const log = this.#deps.logFile(this.#item.id)
    rotateLog(log)
    const output = openSync(log, 'a', 0o600)
    const cannotStart = (error: unknown): void => this.#failed({ kind: 'cannot-start', detail: `${program} cannot be started: ${whyNotStarted(error, this.#item.cwd)}` })
    let child: ChildProcess
    try {
      child = spawn(program, args, { cwd: this.#item.cwd, env: { ...this.#item.env }, stdio: ['ignore', output, output], detached: true })
    } catch (error) {
      // Some refusals (a folder that is none, an environment that is too large) are thrown, others come as an event.
      return cannotStart(error)
    } finally {
      closeSync(output)
    }
    child.once('error', cannotStart)
    child.unref()
    if (child.pid === undefined) return
    const identity = identifyProcess(child.pid) ?? { pid: child.pid, startTime: '' }
    // The event may come when a successor already runs, which it says nothing about.
    child.once('exit', (code, signal) => {
      if (this.#identity === identity) this.#died(signal ? `ended by ${signal}` : `ended with code ${code ?? 0}`)
    })
    this.#identity = identity
    this.#startedAt = this.#deps.clock.monotonic()
    this.#checkAt = 0
    this.#deps.log(`${this.#item.id}: started as ${child.pid}`)
    this.#deps.onChange()
  }

  #died(how: string): void {
    const identity = this.#identity
    if (!identity) return
    this.#identity = undefined
    this.#setReady(false)
    if (this.#stopping) return
    killLeftovers(identity)
    this.#failed({ kind: 'exited', detail: how })
  }

  #failed(problem: KeeperProblem): void {
    if (this.#stopping) return
    this.problem = problem
    const delayMs = restartDelayMs(this.#recentRestarts)
    this.#recentRestarts++
    this.restarts++
    this.#deps.log(`${this.#item.id}: ${problem.detail}; trying again in ${delayMs / 1000} s`)
    this.#restartAt?.()
    this.#restartAt = this.#deps.clock.after(delayMs, () => void this.start())
    this.#deps.onChange()
  }

  #setReady(ready: boolean): void {
    if (ready === this.ready) return
    this.ready = ready
    this.#deps.onChange()
  }
}

/** `spawn` says ENOENT of the program also where the folder is what is missing. */
function whyNotStarted(error: unknown, cwd: string): string {
  if (!existsSync(cwd)) return `its folder ${cwd} does not exist`
  if (!statSync(cwd).isDirectory()) return `${cwd} is no folder`
  const code = error instanceof Error && 'code' in error ? error.code : ''
  switch (code) {
    case 'ENOENT': return 'there is no such program'
    case 'EACCES': return 'it is not executable'
    case 'E2BIG': return 'its arguments and variables are too large for the system'
    default: return error instanceof Error ? error.message : String(error)
  }
}

async function firstBusyPort(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) if (!(await isPortFree(port))) return port
  return undefined
}
