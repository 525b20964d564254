/** Which process a recorded pid means: a pid is used again after its process ended, its start time is not. */
import { readFileSync } from 'node:fs'

/** A process that was started. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot (Linux); on other systems '' and only the pid counts. */
  readonly startTime: string
}

/** The identity of a running process; undefined if there is none (zombies count as ended). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return isRunning(pid) ? { pid, startTime: '' } : undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTime: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

/** True if exactly that process still runs. */
export const isAlive = (identity: ProcessIdentity): boolean => identifyProcess(identity.pid)?.startTime === identity.startTime

/** Sends a signal to the process group if (and only if) it is still that process. */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(-identity.pid, signal)
  } catch {
    try {
      process.kill(identity.pid, signal)
    } catch {
      // it ended in between
    }
  }
}

/** Ends what a dead leader left of its process group (a shell's children hold its ports otherwise). */
export function killLeftovers(leader: ProcessIdentity): void {
  if (leader.pid <= 1 || isAlive(leader)) return
  try {
    process.kill(-leader.pid, 'SIGKILL')
  } catch {
    // nothing is left
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
