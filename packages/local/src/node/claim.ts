/** One supervisor per mesh: who links its own identity to the file first has it, and it counts only while that process lives. */
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { alreadySupervised } from './errors.ts'
import { livingSupervisor, readIdentity, supervisorFile } from './mesh-files.ts'
import { identifyProcess, isAlive } from './process-identity.ts'

/** More rounds are lost only to as many others who come at the same moment. */
const ROUNDS = 20

/** Makes this process the supervisor of the state folder. @throws MeshError MESH0810 if another one that lives is. */
export function claim(stateFolder: string): void {
  const file = supervisorFile(stateFolder)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${JSON.stringify(identifyProcess(process.pid) ?? { pid: process.pid, startTime: '' })}\n`, { mode: 0o600 })
  try {
    for (let round = 0; round < ROUNDS; round++) {
      if (linked(own, file)) return
      const other = livingSupervisor(stateFolder)
      if (other?.pid === process.pid) return
      if (other) throw alreadySupervised(other.pid)
      removeStale(file)
    }
    throw alreadySupervised(readIdentity(file)?.pid ?? 0)
  } finally {
    rmSync(own, { force: true })
  }
}

/** A link is made or refused in one step, unlike a file that is looked for and then written. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch {
    return false
  }
}

/** Takes a dead supervisor's file away; should a living one have come in between, its file is put back. */
function removeStale(file: string): void {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const taken = readIdentity(aside)
  if (taken && isAlive(taken)) linked(aside, file)
  rmSync(aside, { force: true })
}
