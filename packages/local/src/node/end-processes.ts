/** Ends programs together with all that they started. */
import type { Clock } from '@istio-ts/foundation'
import { allProcesses, type ProcessFacts } from './process-facts.ts'
import { isAlive, killLeftovers, signalGroup, signalProcess, type ProcessIdentity } from './process-identity.ts'

/** How long those may take whom a program started and did not end itself. */
const ORPHAN_GRACE_MS = 2000
/** How long the system may take to end what was killed. */
const KILL_MS = 2000

/**
 * SIGTERM to the groups of `leaders`, SIGKILL after `graceMs`; resolves when all have ended. What has left the group (`setsid`, `detached`) ends
 * too, after its program, which may have ended it in its own way. A daemon whose parent is gone is known to nobody, and goes on, as does
 * outside Linux what has left the group.
 */
export async function endProcesses(clock: Clock, leaders: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  const alive = leaders.filter(isAlive)
  // Looked for first: a child whose parent has ended does not tell any more whose it was.
  const { members, strays } = startedBy(alive)
  const all = [...alive, ...members, ...strays]
  for (const leader of alive) signalGroup(leader, 'SIGTERM')
  await ended(clock, alive, graceMs)
  for (const stray of strays) signalProcess(stray, 'SIGTERM')
  await ended(clock, all, ORPHAN_GRACE_MS)
  for (const leader of alive) signalGroup(leader, 'SIGKILL')
  for (const stray of strays) signalProcess(stray, 'SIGKILL')
  for (const leader of leaders) killLeftovers(leader)
  await ended(clock, all, KILL_MS)
}

/** Resolves when the processes have ended, or the time is over. */
export async function ended(clock: Clock, processes: readonly ProcessIdentity[], withinMs: number): Promise<void> {
  const deadline = clock.monotonic() + withinMs
  while (processes.some(isAlive) && clock.monotonic() < deadline) await new Promise<void>((resolve) => void clock.after(20, resolve))
}

/** The groups of the leaders, and their descendants outside of these. */
function startedBy(leaders: readonly ProcessIdentity[]): { readonly members: readonly ProcessIdentity[]; readonly strays: readonly ProcessIdentity[] } {
  if (leaders.length === 0) return { members: [], strays: [] }
  const groups = new Set(leaders.map(({ pid }) => pid))
  const everybody = allProcesses()
  const found = new Set<ProcessFacts>()
  let generation = everybody.filter(({ group }) => groups.has(group))
  while (generation.length > 0) {
    for (const one of generation) found.add(one)
    const parents = new Set(generation.map(({ pid }) => pid))
    generation = everybody.filter((one) => parents.has(one.parent) && !found.has(one))
  }
  return { members: [...found].filter(({ group }) => groups.has(group)), strays: [...found].filter(({ group }) => !groups.has(group)) }
}
