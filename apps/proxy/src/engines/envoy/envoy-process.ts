/** Envoy's process as others know it: its pid with its start time, because a pid is used again. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Clock } from '@istio-ts/foundation'

/** How long an Envoy that a dead agent left may take to end on SIGTERM before it is killed. */
const LEFTOVER_MS = 1000

/** Notes Envoy's own pid, whole or not at all. */
export function notePid(file: string, pid: number): void {
  writeFileSync(`${file}.tmp`, JSON.stringify({ pid, startTime: startTime(pid) ?? '' }), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
}

/** Ends the Envoy that the file names if it still runs: its agent was killed, and it holds the ports. */
export async function endLeftover(file: string, clock: Clock): Promise<void> {
  const left = readPid(file)
  const lives = (): boolean => left !== undefined && left.startTime !== '' && startTime(left.pid) === left.startTime
  if (!left || !lives()) return
  const until = clock.monotonic() + LEFTOVER_MS
  signal(left.pid, 'SIGTERM')
  while (lives() && clock.monotonic() < until) await new Promise<void>((resolve) => void clock.after(20, resolve))
  if (!lives()) return
  signal(left.pid, 'SIGKILL')
  while (lives() && clock.monotonic() < until + LEFTOVER_MS) await new Promise<void>((resolve) => void clock.after(20, resolve))
}

function readPid(file: string): { readonly pid: number; readonly startTime: string } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return undefined
    const { pid, startTime: started } = value
    return typeof pid === 'number' && typeof started === 'string' ? { pid, startTime: started } : undefined
  } catch {
    return undefined
  }
}

/** Start time in clock ticks since boot; undefined if there is no such process (zombies count as ended). */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it ended in between
  }
}
