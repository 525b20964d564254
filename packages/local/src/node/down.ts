/** Takes a mesh down, whether or not its supervisor still lives; returns when every process has ended. */
import type { Clock } from '@istio-ts/foundation'
import { envoyPidFile, livingSupervisor, readIdentity, readProcesses, readView } from './mesh-files.ts'
import { ended, endProcesses } from './end-processes.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { removeRunFiles } from './state-folder.ts'

/** How long an orderly stop may take before processes are killed: the supervisor's own grace and some more. */
const SUPERVISOR_GRACE_MS = 18_000
const PROCESS_GRACE_MS = 5_000

/** Stops everything of the mesh in this state folder. Nothing running is fine too. */
export async function takeDown(clock: Clock, stateFolder: string): Promise<void> {
  const records = (): readonly ProcessIdentity[] => [
    ...Object.values(readProcesses(stateFolder)),
    ...(readView(stateFolder)?.workloads ?? []).flatMap(({ plan }) => readIdentity(envoyPidFile(stateFolder, plan.key)) ?? []),
  ]
  const known = records()
  const supervisor = livingSupervisor(stateFolder)
  if (supervisor) {
    process.kill(supervisor.pid, 'SIGTERM')
    await ended(clock, [supervisor], SUPERVISOR_GRACE_MS)
    if (isAlive(supervisor)) process.kill(supervisor.pid, 'SIGKILL')
  }
  await endProcesses(clock, [...known, ...records()], PROCESS_GRACE_MS)
  removeRunFiles(stateFolder)
}
