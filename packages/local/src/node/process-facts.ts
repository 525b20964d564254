/** What Linux says of processes, from `/proc/<pid>/stat`; nothing elsewhere. @see proc_pid_stat(5) */
import { readdirSync, readFileSync } from 'node:fs'

/** One process, be it a zombie. */
export interface ProcessFacts {
  readonly pid: number
  /** One letter, `Z` for a zombie. */
  readonly state: string
  readonly parent: number
  /** Pid of the leader of its process group. */
  readonly group: number
  /** Clock ticks since boot. */
  readonly startTime: string
}

/** The facts of a process; undefined if there is none. */
export function processFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold anything.
    const [state = '', parent, group, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, state, parent: Number(parent), group: Number(group), startTime: more[16] ?? '' }
  } catch {
    return undefined
  }
}

/** All processes there are. */
export function allProcesses(): readonly ProcessFacts[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processFacts(Number(name)) ?? []) : []))
  } catch {
    return []
  }
}
