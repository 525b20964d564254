/** Which process a recorded pid means: a pid is used again after its process ended, its start time is not. */
import { processFacts } from './process-facts.ts'

/** A process that was started. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot (Linux); on other systems '' and only the pid counts. */
  readonly startTime: string
}

/** The identity of a running process; undefined if there is none (zombies count as ended). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (pid <= 0) return undefined
  if (process.platform !== 'linux') return send(pid, 0) ? { pid, startTime: '' } : undefined
  const facts = processFacts(pid)
  return facts && facts.state !== 'Z' && facts.state !== 'X' ? { pid, startTime: facts.startTime } : undefined
}

/** True if exactly that process still runs. */
export const isAlive = (identity: ProcessIdentity): boolean => identifyProcess(identity.pid)?.startTime === identity.startTime

/** Sends a signal to the process group if (and only if) it is still that process. */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isAlive(identity) && !send(-identity.pid, signal)) send(identity.pid, signal)
}

/** As {@link signalGroup}, to that process alone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isAlive(identity)) send(identity.pid, signal)
}

/**
 * Ends what a dead leader left of its process group (a shell's children hold its ports otherwise). While any of them lives nobody else gets
 * the leader's pid; so where somebody has it, after a restart of the machine say, the group is that one's.
 */
export function killLeftovers(leader: ProcessIdentity): void {
  if (leader.pid > 1 && !identifyProcess(leader.pid)) send(-leader.pid, 'SIGKILL')
}

/** False if there is nobody (any more) to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
