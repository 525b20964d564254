/** Takes a mesh down, whether or not its supervisor still lives; returns when every process has ended. */
import type { Clock } from '@istio-ts/foundation'
import { readIdentity, readProcesses, supervisorFile, envoyPidFile, readView } from './mesh-files.ts'
import { pause } from './kept-process.ts'
import { isAlive, killLeftovers, signalGroup, type ProcessIdentity } from './process-identity.ts'
import { removeRunFiles } from './state-folder.ts'

/** How long an orderly stop may take before processes are killed: the supervisor's own grace and some more. */
const SUPERVISOR_GRACE_MS = 18_000
const PROCESS_GRACE_MS = 5_000

/** Stops everything of the mesh in this state folder. Nothing running is fine too. */
export async function takeDown(clock: Clock, stateFolder: string): Promise<void> {
  const supervisor = readIdentity(supervisorFile(stateFolder))
  const records = (): readonly ProcessIdentity[] => [
    ...Object.values(readProcesses(stateFolder)),
    ...(readView(stateFolder)?.workloads ?? []).flatMap(({ plan }) => readIdentity(envoyPidFile(stateFolder, plan.key)) ?? []),
  ]
  const known = records()
  if (supervisor && isAlive(supervisor)) {
    process.kill(supervisor.pid, 'SIGTERM')
    await ended(clock, [supervisor], SUPERVISOR_GRACE_MS)
    if (isAlive(supervisor)) process.kill(supervisor.pid, 'SIGKILL')
  }
  const left = [...known, ...records()].filter(isAlive)
  for (const identity of left) signalGroup(identity, 'SIGTERM')
  await ended(clock, left, PROCESS_GRACE_MS)
  for (const identity of left) signalGroup(identity, 'SIGKILL')
  await ended(clock, left, PROCESS_GRACE_MS)
  for (const identity of known) killLeftovers(identity)
  removeRunFiles(stateFolder)
}

async function ended(clock: Clock, processes: readonly ProcessIdentity[], withinMs: number): Promise<void> {
  const deadline = clock.monotonic() + withinMs
  while (processes.some(isAlive) && clock.monotonic() < deadline) await pause(clock, 20)
}
